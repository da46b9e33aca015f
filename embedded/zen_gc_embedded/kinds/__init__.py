"""Which kinds there are, built in and custom: names, habits, columns, defaults and schemas.

Tables and what is read out of CustomResourceDefinitions; nothing here holds an object or refuses a request.
"""
