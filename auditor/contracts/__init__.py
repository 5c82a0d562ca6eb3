"""What every document that auditor writes looks like, field by field.

The JSON Schemas in `auditor/schemas` are generated from these classes and the sentences below their fields. Writers
build the classes, and readers parse documents into them.
"""
