"""Stage 6: a wish to send becomes a message, once, with consent.

`stage` plans: recipients and bodies are frozen in the caller's transaction. `sender` delivers: claim, prepare, gate,
call, settle. `protocol` holds the rules about doubt, `policy` who may be written to, `groups` who travels together.
"""
