"""The site for mentors: pages made from studies and their executed notebooks; the only room that knows Sphinx."""
