"""Every table of PostgreSQL, and what becomes of a person in it who is erased.

Each statement may be repeated. It gets `workspace`, `nodes` (ids), `hex` (the same as text), `before` (the ids before
them), `values` (identifiers in normal form), `words` (spellings that are nobody else's) and `at`. A table that is in
neither list fails a test: whoever adds one says here what an erasure does to it.
"""

from collections.abc import Mapping

_MINE = "workspace_id = %(workspace)s and"
_ANYWHERE = """exists (select from unnest(%(hex)s::text[] || %(words)s::text[]) as word
    where position(word in {column}) > 0)"""

FORGET: Mapping[str, tuple[str, ...]] = {
    # Order matters: who plans or hears anything goes first, then what was planned, then who it was.
    "signal": (
        f"delete from signal where {_MINE} (node_id = any(%(nodes)s) or profile_id = any(%(nodes)s))",
    ),
    "enrolment": (f"delete from enrolment where {_MINE} person = any(%(nodes)s)",),
    "journey_arm": (f"delete from journey_arm where {_MINE} person = any(%(nodes)s)",),
    # A place of a frozen list stays, so that nobody else moves up; nobody stands on it any more.
    "broadcast_recipient": (
        f"""
        update broadcast_recipient set person = decode(repeat('00', 16), 'hex'), line_user = null
        where {_MINE} person = any(%(nodes)s)
        """,
    ),
    "webhook_call": (f"delete from webhook_call where {_MINE} {_ANYWHERE.format(column='body::text')}",),
    "tracked_link": (
        f"""
        delete from tracked_link where {_MINE} send_id in (
            select send_id from send where {_MINE} (person = any(%(nodes)s) or line_user = any(%(values)s))
            union all
            select reply_id from reply where {_MINE} (person = any(%(nodes)s) or line_user = any(%(values)s)))
        """,
    ),
    # A send stays as a number: what it cost and what became of it. A call may be in the air, so it is not "not sent".
    "send": (
        f"""
        update send set person = decode(repeat('00', 16), 'hex'), line_user = '', messages = null, body_hash = null,
            state = case when state = 'planned' then 'suppressed' when state in ('grouped', 'prepared', 'unknown') then 'parked'
                         else state end,
            reason = case when state in ('planned', 'grouped', 'prepared', 'unknown') then 'erased' else reason end,
            lease_until = null, settled_at = coalesce(settled_at, %(at)s)
        where {_MINE} (person = any(%(nodes)s) or line_user = any(%(values)s))
        """,
    ),
    "channel_send": (
        f"""
        update channel_send set person = decode(repeat('00', 16), 'hex'), address = '', content = '{{}}', unsubscribe = null,
            reference = '',
            state = case state when 'planned' then 'suppressed' when 'prepared' then 'parked' else state end,
            reason = case when state in ('planned', 'prepared') then 'erased' else reason end,
            lease_until = null, settled_at = coalesce(settled_at, %(at)s)
        where {_MINE} (person = any(%(nodes)s) or address = any(%(values)s))
        """,
    ),
    "channel_bounce": (f"delete from channel_bounce where {_MINE} address = any(%(values)s)",),
    "reply": (f"delete from reply where {_MINE} (person = any(%(nodes)s) or line_user = any(%(values)s))",),
    # A code that was given out stays given out.
    "coupon_code": (
        f"""
        update coupon_code set person = null, issue_key = substring(sha256(issue_key || convert_to(pool || code, 'UTF8')) for 16)
        where {_MINE} person = any(%(nodes)s)
        """,
    ),
    "broadcast": (
        f"""
        update broadcast set planned_through = gone.before
        from unnest(%(nodes)s::bytea[], %(before)s::bytea[]) as gone (node_id, before)
        where {_MINE} planned_through = gone.node_id
        """,
    ),
    "bind_challenge": (
        f"delete from bind_challenge where {_MINE} (member_id = any(%(values)s) or phone = any(%(values)s))",
    ),
    "bind_nonce": (
        f"delete from bind_nonce where {_MINE} (member_id = any(%(values)s) or phone = any(%(values)s))",
    ),
    "webhook_delivery": (
        f"""
        delete from webhook_delivery where {_MINE} exists (
            select from unnest(%(values)s::text[]) as value where position(convert_to(value, 'UTF8') in body) > 0)
        """,
    ),
    "line_audience_member": (f"delete from line_audience_member where {_MINE} line_user = any(%(values)s)",),
    # LINE has to hear that somebody left who had logged in by it. The token says so without the user's name.
    "deauthorization": (
        f"update deauthorization set line_user = 'erased:' || md5(user_token) where {_MINE} line_user = any(%(values)s)",
        f"""
        insert into deauthorization (workspace_id, account, line_user, user_token, attempts, not_before, expires_at)
        select distinct on (account, line_user) workspace_id, account, 'erased:' || md5(user_token), user_token, 0, %(at)s,
               expires_at + interval '29 days'
        from login_visit
        where {_MINE} line_user = any(%(values)s) and wish <> 'unbind' and user_token <> '' and expires_at + interval '29 days' > %(at)s
        order by account, line_user, expires_at desc
        on conflict do nothing
        """,
    ),
    "login_visit": (
        f"delete from login_visit where {_MINE} (line_user = any(%(values)s) or phone = any(%(values)s))",
    ),
    "join_credit": (f"delete from join_credit where {_MINE} line_user = any(%(values)s)",),
    "line_follow": (f"delete from line_follow where {_MINE} line_user = any(%(values)s)",),
    "rich_menu_link": (f"delete from rich_menu_link where {_MINE} line_user = any(%(values)s)",),
    "rich_menu_due": (f"delete from rich_menu_due where {_MINE} profile_id = any(%(nodes)s)",),
    "tag_job_person": (f"delete from tag_job_person where {_MINE} node_id = any(%(nodes)s)",),
    "destination_call": (
        f"delete from destination_call where {_MINE} {_ANYWHERE.format(column='body::text')}",
    ),
    # Who was told of the person has to hear that they left; the id says nothing to anybody else.
    "destination_change": (
        f"update destination_change set entered = false where {_MINE} profile_id = any(%(nodes)s)",
    ),
    "membership": (f"delete from membership where {_MINE} profile_id = any(%(nodes)s)",),
    "profile_word": (f"delete from profile_word where {_MINE} profile_id = any(%(nodes)s)",),
    "suggestion": (f"delete from suggestion where {_MINE} (a = any(%(nodes)s) or b = any(%(nodes)s))",),
    "consent_event": (f"delete from consent_event where {_MINE} node_id = any(%(nodes)s)",),
    "fact": (
        f"delete from fact where {_MINE} node_id = any(%(nodes)s)",
        f"delete from fact where {_MINE} {_ANYWHERE.format(column='value::text')}",
    ),
    "identity_change": (
        f"""
        delete from identity_change
        where {_MINE} (node_id = any(%(nodes)s) or from_id = any(%(nodes)s) or to_id = any(%(nodes)s))
        """,
    ),
    "assertion": (f"delete from assertion where {_MINE} (a = any(%(nodes)s) or b = any(%(nodes)s))",),
    "retracted_link": (
        f"delete from retracted_link where {_MINE} (a = any(%(nodes)s) or b = any(%(nodes)s))",
    ),
    "retracted_mark": (f"delete from retracted_mark where {_MINE} node_id = any(%(nodes)s)",),
    "link": (f"delete from link where {_MINE} (a = any(%(nodes)s) or b = any(%(nodes)s))",),
    "node": (f"delete from node where {_MINE} node_id = any(%(nodes)s)",),
}

KEPT: Mapping[str, str] = {
    "audit_entry": "names nobody; of a profile only the beginning of its id",
    "auto_reply": "rules of the brand",
    "budget": "numbers",
    "channel": "the brand's own",
    "catalog_item": "things",
    "computed_trait": "definitions",
    "consent_proof": "hashes under a key, until nobody may ask any more",
    "console_device": "people who work for the brand",
    "console_session": "people who work for the brand",
    "console_user": "people who work for the brand",
    "destination": "addresses of other systems",
    "dead_letter": "goes with the item of the log it is about; its sentence names nobody",
    "erasure": "forgets who it was when it is done",
    "export_job": "numbers; the files themselves are removed",
    "history_outbox": "empty when an erasure begins, and nothing about the person comes after it",
    "identity_epoch": "numbers",
    "identity_turn": "numbers",
    "identity_rules": "what a rule blocks names nobody; file and report are scrubbed at the end",
    "import_job": "numbers; its file of refused rows is searched",
    "invitation": "people who work for the brand",
    "join_source": "the brand's own",
    "journey": "definitions",
    "journey_count": "numbers",
    "journey_hook": "the brand's own",
    "journey_round": "moments",
    "journey_version": "definitions",
    "journey_winner": "names of arms",
    "line_account": "the brand's own",
    "line_refusal": "LINE's words on what the brand writes to everybody",
    "line_audience": "definitions",
    "aggregation_unit": "names of the brand's own, and LINE's numbers",
    "line_day": "numbers",
    "line_login": "the brand's own",
    "login_state": "secrets of a log-in under way; names nobody",
    "log": "searched row by row",
    "message_seen": "hashes of message ids, which keep a delivery that comes again from counting twice",
    "login_attempt": "people who work for the brand",
    "message": "what the brand writes to everybody",
    "message_version": "what the brand writes to everybody",
    "migration": "of the program",
    "origin_halt": "what the brand stopped",
    "position": "numbers",
    "price_plan": "the brand's own",
    "proxied_send": "numbers",
    "proxy_key": "the brand's own",
    "retraction": "sources, and who decided about them",
    "rich_menu": "what the brand draws for everybody",
    "rich_menu_gone": "menus, by LINE's names for them",
    "secret_key": "the brand's own",
    "segment": "definitions",
    "segment_growth": "numbers",
    "segment_version": "definitions",
    "narrowcast": "what the brand writes to everybody of an audience, and LINE's numbers",
    "multicast": "what the brand writes to many at once; its members are sends",
    "source": "the brand's own",
    "suppression": "what survives: hashes under a key",
    "tag": "definitions",
    "tag_job": "numbers; rows of files by their number",
    "tag_rule": "definitions",
    "webhook_forward": "the brand's own",
    "workspace": "the brand's own",
}
