"""xAPI statements: what is accepted, what is repaired, what is refused and why.

`validation.Validator` is the entrance. Its parts, in the order in which bytes meet them:

    decoding     bytes -> JSON value, or why not
    form         the JSON Schema (statement.schema.json): shape, types, patterns
    checks       the rules that compare fields
    repairs      what lenient mode mends, and under which name
    reasons      the closed list of rejection codes

`verbs`, `vocabulary` and `times` say what the words of an accepted statement mean.
"""
