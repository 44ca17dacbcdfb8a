"""Certified questions: what is asked often, with SQL that people vouch for."""
