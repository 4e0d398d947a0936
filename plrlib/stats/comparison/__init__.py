"""Do groups differ in what their people raised: exact tests, adjusted for all that is compared."""
