"""Use cases: nouns as modules, verbs as functions. Each takes the UnitOfWork first and facts by keyword.

Every changing function reads *load with access → decide in domain → write → audit → queue messages*.
"""
