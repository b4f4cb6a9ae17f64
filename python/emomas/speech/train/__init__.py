"""Training of the bundled model with JAX: tokenizer, packed batches, the decoder, the loop and the export.

Needs the extra `emomas[train]`. Nothing here is imported at run time.
"""
