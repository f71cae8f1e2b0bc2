"""What reports are written from: reads within one school or over the schools of an authority."""
