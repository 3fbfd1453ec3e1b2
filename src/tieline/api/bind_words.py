"""What the pages of binding say, in the languages of the brand's customers."""

from collections.abc import Mapping

LANGUAGES = ("zh-TW", "ja", "en")
NAMES: Mapping[str, str] = {"zh-TW": "繁體中文", "ja": "日本語", "en": "English"}
_ZH: Mapping[str, str] = {
    "title": "會員綁定",
    "bind": "將您的 LINE 帳號與會員資料綁定，門市與網路商店的紀錄就會是同一個您。",
    "member": "會員編號",
    "member_optional": "會員編號（還不是會員可留空）",
    "phone": "手機號碼",
    "phone_example": "0912 345 678",
    "consent": "我同意接收 {brand} 的優惠訊息，隨時可以取消。",
    "send": "寄送驗證碼",
    "small": "您可以隨時在選單中解除綁定。",
    "leave": "在與 {brand} 的 LINE 聊天中傳送「{say}」，再點一下確認，就能解除綁定；隨時都可以。",
    "leave_way": "到 LINE 聊天解除綁定",
    "code_title": "輸入驗證碼",
    "code": "若資料相符，您會收到一則 6 位數驗證碼簡訊，5 分鐘內有效。",
    "code_label": "驗證碼",
    "finish": "完成綁定",
    "wrong": "驗證碼不正確或已過期，請重新輸入，或從頭開始。",
    "done_title": "綁定完成",
    "done": "您可以關閉這個頁面，回到 LINE。",
    "no_friend": "您還不是 {brand} 的 LINE 好友，加入後才收得到通知與優惠。",
    "add_friend": "加入好友",
    "open": "請稍候，正在確認您的 LINE 帳號…",
    "open_failed": "無法確認您的 LINE 帳號，請關閉後再開啟一次。",
    "button": "綁定 LINE 會員",
    "unbind_title": "解除綁定",
    "unbind": "解除後，{brand} 不會再把您的 LINE 與會員資料放在一起，我們也會通知 LINE 撤銷授權。",
    "unbind_button": "解除綁定",
    "unbound_title": "已解除綁定",
    "expired_title": "連結已失效",
    "expired": "請回到 LINE，再開啟一次。",
}
_JA: Mapping[str, str] = {
    "title": "会員ID連携",
    "bind": "LINEアカウントと会員情報を連携すると、店舗とオンラインショップの記録がひとつになります。",
    "member": "会員番号",
    "member_optional": "会員番号（まだ会員でない方は空欄）",
    "phone": "携帯電話番号",
    "phone_example": "090-1234-5678",
    "consent": "{brand} からのお得な情報を受け取ることに同意します。いつでも取り消せます。",
    "send": "認証コードを送る",
    "small": "連携はメニューからいつでも解除できます。",
    "leave": "{brand} のLINEトークで「{say}」と送り、確認のボタンを押すと連携を解除できます。いつでもできます。",
    "leave_way": "LINEトークで解除する",
    "code_title": "認証コードの入力",
    "code": "情報が一致した場合、6桁の認証コードをSMSでお送りします。5分間有効です。",
    "code_label": "認証コード",
    "finish": "連携を完了する",
    "wrong": "認証コードが正しくないか、期限が切れています。もう一度お試しください。",
    "done_title": "連携が完了しました",
    "done": "このページを閉じて、LINEにお戻りください。",
    "no_friend": "{brand} の友だちになっていません。追加すると、お知らせやクーポンが届きます。",
    "add_friend": "友だち追加",
    "open": "LINEアカウントを確認しています…",
    "open_failed": "LINEアカウントを確認できませんでした。閉じて、もう一度開いてください。",
    "button": "LINEで会員連携",
    "unbind_title": "連携の解除",
    "unbind": "解除すると、{brand} はお客様のLINEと会員情報を結びつけません。LINEにも許可の取り消しを通知します。",
    "unbind_button": "連携を解除する",
    "unbound_title": "連携を解除しました",
    "expired_title": "リンクの有効期限が切れています",
    "expired": "LINEに戻って、もう一度開いてください。",
}
_EN: Mapping[str, str] = {
    "title": "Link your membership",
    "bind": "Link your LINE account with your membership, and the store and the web shop know you as one person.",
    "member": "Member number",
    "member_optional": "Member number (leave empty if you have none yet)",
    "phone": "Mobile phone",
    "phone_example": "0912 345 678",
    "consent": "I agree to receive offers of {brand}. I can take this back at any time.",
    "send": "Send me a code",
    "small": "You can unlink at any time in the menu.",
    "leave": "Write “{say}” to {brand} in LINE and tap the button that asks; you can do so at any time.",
    "leave_way": "Unlink in the chat",
    "code_title": "Enter the code",
    "code": "If what you entered fits, you get a text message with a code of 6 digits. It is good for 5 minutes.",
    "code_label": "Code",
    "finish": "Link",
    "wrong": "The code is wrong or too old. Enter it again, or begin anew.",
    "done_title": "Linked",
    "done": "You can close this page and go back to LINE.",
    "no_friend": "You are no LINE friend of {brand} yet; once you are, news and offers reach you.",
    "add_friend": "Add as a friend",
    "open": "One moment, we look who you are at LINE…",
    "open_failed": "We could not see who you are at LINE. Close this page and open it again.",
    "button": "Link with LINE",
    "unbind_title": "Unlink",
    "unbind": "{brand} will no longer keep your LINE account and your membership together, and LINE is told that you left.",
    "unbind_button": "Unlink",
    "unbound_title": "Unlinked",
    "expired_title": "This link is no longer good",
    "expired": "Go back to LINE and open it again.",
}
WORDS: Mapping[str, Mapping[str, str]] = {"zh-TW": _ZH, "ja": _JA, "en": _EN}


def language(asked: str, accepts: str) -> str:
    """Return the language to speak: what was asked for, else the first that the browser prefers and we have."""
    for wish in [asked, *(part.partition(";")[0].strip() for part in accepts.split(","))]:
        found = next(
            (one for one in LANGUAGES if wish and one.split("-")[0] == wish.split("-")[0].lower()), None
        )
        if found:
            return found
    return LANGUAGES[0]
