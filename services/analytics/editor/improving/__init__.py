"""Better statements: advice by rule, and proposals of a model where there is one."""
