"""Training of the reader of text: `emomas train perception`.

`data` reads the data sets, `fit` makes the weights, `model_file` writes them, `measure` says how good they
are, `run` does all of it.
"""
