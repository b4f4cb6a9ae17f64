"""The bundled model's corpus: hand-written sentences, and the grammar that puts lines together from them.

`sentences/` holds the sentences as plain text, an idea a file; `phrases` reads them, `agent_lines` and
`counterpart_lines` compose a line for a request, `samples` draws requests with their lines for training.
"""
