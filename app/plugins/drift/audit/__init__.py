"""Who changed what: audit events as far as they tell actor and time, held against findings."""
