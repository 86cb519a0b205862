-- The list orders by category and id; with the time between them the index did not serve it.
DROP INDEX quarantine_held_category;
CREATE INDEX quarantine_held_category ON quarantine (category) WHERE disposition = 'quarantined' AND system = 0;
