"""Server-rendered pages: the data they need goes in, HTML comes out."""
