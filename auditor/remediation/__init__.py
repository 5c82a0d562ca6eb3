"""Floor 1: from a failing definition to the one that passes, and the way there and back. Pure; nothing is called.

`correct` changes the document, `document` writes it and shows the change, `plan` is the steps as data, `script` makes a
shell script of them and `steps` a page; `advice` is for findings that no new document closes.
"""
