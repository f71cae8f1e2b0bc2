"""What `hocba doctor` looks at. Nothing here changes anything, and nobody is named: the pages show who is meant."""
