"""Sources and destinations outside the brand's own calls: files in, as items of Segment's API.

`mapping` says which column means what, `read` opens a file by its content, `convert` makes items of its rows and
`job` runs one import from start to report. `undo` says how an import is taken back.
"""
