"""How ClickHouse has to read JSON so that a text stays the text that was sent."""

AS_SENT = (
    "input_format_try_infer_dates = 0, input_format_try_infer_datetimes = 0,"
    " input_format_json_read_bools_as_numbers = 0, type_json_skip_duplicated_paths = 1"
)
