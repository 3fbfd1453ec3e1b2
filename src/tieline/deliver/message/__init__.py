"""What LINE takes: message objects, their actions and Flex, as tables of fields and a few rules between fields. Pure.

`field` is the language of the tables, `action`, `template`, `flex` and `imagemap` hold one family each, and
`tieline.deliver.limits` asks them about a whole list of messages.

Source: https://developers.line.biz/en/reference/messaging-api/#message-objects
"""
