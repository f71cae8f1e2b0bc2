"""A city's campaign for one year and grade: phases as data, what each school has to have done by when."""
