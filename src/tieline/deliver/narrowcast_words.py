"""Why a narrowcast did not leave, or nobody got it, in sentences for people of the brand. Pure."""

from collections.abc import Mapping

LANGUAGES = ("zh-TW", "en", "ja")
AFTER_UNKNOWN = "_after_unknown"
NOT_ASKED_EACH = (
    "LINE 會在接受之後才自行逐人發送，那一刻無法再確認每個人的同意。Tieline 在呼叫前最後一步確認：受眾由同意行銷的人組成，且無人撤回。",
    (
        "LINE takes it first and hands it out person by person later: at that moment nobody's consent can be checked. As the last"
        " step before the call, Tieline checks that the audiences were made of people who agreed to marketing, and that nobody withdrew."
    ),
    (
        "LINEは受け付けた後に一人ずつ配信するため、その時点で各人の同意は確認できません。Tielineは呼び出しの直前に、マーケティングに同意した人の"
        "オーディエンスであること、撤回した人がいないことを確認します。"
    ),
)
NOT_ASKED_AT_ALL = (
    "這些人是否同意行銷，Tieline 不知道；是您以理由決定發送，並記入稽核紀錄。",
    "Whether these people agreed to marketing is not known to Tieline: it goes out by your word, which stands in the audit log.",
    "この人たちがマーケティングに同意しているか、Tielineには分かりません。理由を添えたあなたの判断で配信され、監査ログに残ります。",
)
_IN_DOUBT = (
    "可能已經送出，因此不再重試。",
    "It may have left, so it is not tried again.",
    "すでに配信された可能性があるため、再試行しません。",
)
_WORDS: Mapping[str, tuple[str, str, str]] = {
    "no_consent": (
        "受眾不是 Tieline 由同意行銷的人組成的。改用這樣的受眾，或在 without_consent 寫明理由。",
        (
            "Not everybody in it is known to have agreed to marketing. Use audiences that Tieline made of people who did, or give"
            " the reason in without_consent."
        ),
        "全員がマーケティングに同意していると確認できません。Tielineが作成したオーディエンスを使うか、without_consentに理由を書いてください。",
    ),
    "withdrawn": (
        "受眾建立後有人撤回同意。LINE 的受眾不能移除人，請重新建立受眾。",
        "People of its audience withdrew since it was made. LINE takes nobody out of an audience: make it anew.",
        "作成後に同意を撤回した人がいます。LINEのオーディエンスからは削除できないため、作り直してください。",
    ),
    "audience_unknown": (
        "沒有這個受眾。",
        "There is no such audience.",
        "そのオーディエンスはありません。",
    ),
    "audience_failed": (
        "LINE 沒有建立成功這個受眾，請重新建立。",
        "LINE could not make the audience: make it anew.",
        "LINEで作成に失敗しました。作り直してください。",
    ),
    "audience_not_ready": (
        "LINE 仍在準備這個受眾。",
        "LINE is still filling the audience.",
        "LINEがオーディエンスを準備中です。",
    ),
    "audience_expired": (
        "受眾已到期（LINE 保留 180 天），請重新建立。",
        "The audience has expired (LINE keeps it for 180 days): make it anew.",
        "オーディエンスの期限（180日）が切れています。作り直してください。",
    ),
    "audience_changed": (
        "準備發送時受眾被重新建立，請再開始一次。",
        "The audience was made anew while it was about to leave: start it again.",
        "配信直前にオーディエンスが作り直されました。もう一度開始してください。",
    ),
    "narrowcast_unknown": (
        "沒有這次受眾發送。",
        "There is no such narrowcast.",
        "そのナローキャストはありません。",
    ),
    "narrowcast_not_repeatable": (
        "那次受眾發送沒有成功，或已超過 14 天，LINE 無法再用。",
        "That narrowcast did not succeed, or is older than the 14 days for which LINE knows who got it.",
        "そのナローキャストは成功していないか、14日を過ぎています。",
    ),
    "quota": (
        "本月剩餘則數不足。",
        "The month has too few messages left.",
        "今月の残り通数が足りません。",
    ),
    "budget": (
        "預算不足。",
        "A budget does not reach for it.",
        "予算が足りません。",
    ),
    "stopped": ("有人停止了它。", "Somebody stopped it.", "停止されました。"),
    "key_expired": (
        "距第一次呼叫已超過 23 小時，LINE 可能已忘記重試鍵。",
        "The first call was more than 23 hours ago; LINE may have forgotten its retry key.",
        "最初の呼び出しから23時間を過ぎ、LINEが再試行キーを忘れている可能性があります。",
    ),
    "too_few_recipients": (
        "收件人不足 50 人，LINE 不發送。",
        "It had fewer than 50 recipients: LINE sends to no fewer.",
        "対象が50人未満のため、LINEは配信しません。",
    ),
    "audience_too_small": (
        "其中一個受眾不足 50 人，LINE 不發送。",
        "One of its audiences has fewer than 50 people: LINE sends to no fewer.",
        "50人未満のオーディエンスが含まれるため、LINEは配信しません。",
    ),
    "quota_too_small": (
        "剩餘則數不足以發給所有人，LINE 取消了。",
        "The messages left did not reach for everybody, and LINE called it off.",
        "残り通数が全員分に足りず、LINEが取り消しました。",
    ),
    "repeated_request": (
        "LINE 認為是重複的請求；先前的請求已被接受。",
        "LINE took it for a repetition; the earlier request was accepted.",
        "LINEが重複と判断しました。先のリクエストは受け付け済みです。",
    ),
    "line_broke": (
        "LINE 內部錯誤，沒有發送。",
        "Something broke at LINE.",
        "LINE側の内部エラーです。",
    ),
    "line_failed": ("LINE 沒有發送成功。", "LINE could not send it.", "LINEが配信できませんでした。"),
    "progress_lost": (
        "LINE 不再告知結果；以最多則數計入。",
        "LINE tells nothing of it any more; it counts with all it may have cost.",
        "LINEから結果が得られなくなりました。最大の通数で計上します。",
    ),
    "no_request_id": (
        "LINE 接受了，但沒有給請求編號，無法得知結果。",
        "LINE took it without naming the request, so nobody can ask what became of it.",
        "LINEは受け付けましたが、リクエスト番号がなく結果を確認できません。",
    ),
    "http_400": (
        "LINE 不接受這個請求。",
        "LINE does not take this request.",
        "LINEがこのリクエストを受け付けません。",
    ),
    "http_403": (
        "LINE 不允許：帳號不能使用，或好友不足 100 人而不能依屬性篩選。",
        "LINE does not allow it: the account may not, or it has fewer than the 100 friends that a filter by attributes needs.",
        "LINEで許可されていません。アカウントの権限がないか、属性の絞り込みに必要な友だち100人に足りません。",
    ),
}


REFUSALS = (
    "no_consent",
    "withdrawn",
    "audience_unknown",
    "audience_failed",
    "audience_expired",
    "audience_too_small",
    "narrowcast_unknown",
    "narrowcast_not_repeatable",
)
"""Why a narrowcast is refused when it is saved, so that an answer of the API says it in English and the console translates."""


def refusal(reason: str, withdrawn: int) -> str:
    """Return why a narrowcast is refused, as an answer of the API says it."""
    said = words(reason)["en"]
    return f"{withdrawn:,} of them: {said}" if reason == "withdrawn" else said


def refusals() -> dict[str, dict[str, str]]:
    """Return every such sentence, its hole as `{}`, with what it is in the other languages, its hole as `{0}`."""
    found = {}
    for reason in REFUSALS:
        said = words(reason)
        of_them = reason == "withdrawn"
        english = f"{{}} of them: {said['en']}" if of_them else said["en"]
        found[english] = {
            "zh-TW": f"其中 {{0}} 人：{said['zh-TW']}" if of_them else said["zh-TW"],
            "ja": f"うち{{0}}人：{said['ja']}" if of_them else said["ja"],
        }
    return found


def words(reason: str) -> dict[str, str]:
    """Return why, by language; of a reason without a sentence, its word."""
    bare = reason.removesuffix(AFTER_UNKNOWN)
    said = _WORDS.get(bare, (bare,) * 3)
    if bare != reason:
        said = (said[0] + _IN_DOUBT[0], f"{said[1]} {_IN_DOUBT[1]}", said[2] + _IN_DOUBT[2])
    return by_language(said)


def by_language(said: tuple[str, str, str]) -> dict[str, str]:
    """Return a sentence in each language, under the name of the language."""
    return dict(zip(LANGUAGES, said, strict=True))
