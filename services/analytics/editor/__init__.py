"""Help with writing SQL: what is wrong with it, how it would run, how it could go on."""
