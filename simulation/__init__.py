"""A made-up season of a city: who acts when, for trying forecasts and for driving the real workflows."""
