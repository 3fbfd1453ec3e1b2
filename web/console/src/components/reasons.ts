import { defineWords } from "@/lib/words";

/** Why a message did not leave, or a person did not come in: codes of the server in words. */
const { useCodes } = defineWords(
  {
    "reason.expired": "超過時效",
    "reason.unknown_person": "找不到這個人",
    "reason.no_line_id": "沒有 LINE 身分",
    "reason.not_friend": "不是好友或已封鎖",
    "reason.no_consent": "沒有同意行銷",
    "reason.render": "訊息內容無法帶入",
    "reason.limits": "超過 LINE 的限制",
    "reason.quota": "本月額度用完",
    "reason.budget": "超過預算",
    "reason.key_expired": "超過可安全重試的時間",
    "reason.capped": "達到發送上限",
    "reason.outranked": "讓給優先的訊息",
    "reason.stopped": "已停止",
    "reason.line_refuses": "LINE 拒絕了內容",
    "reason.no_address": "沒有可寄的地址",
    "reason.too_old": "事件發生太久",
    "reason.running": "已在旅程中",
    "reason.once": "已進入過一次",
    "reason.too_soon": "距上次進入太近",
  },
  {
    "reason.expired": "期限切れ",
    "reason.unknown_person": "該当する人がいない",
    "reason.no_line_id": "LINE の ID がない",
    "reason.not_friend": "友だちでない、またはブロック",
    "reason.no_consent": "マーケティングの同意なし",
    "reason.render": "差し込みができない",
    "reason.limits": "LINE の制限を超過",
    "reason.quota": "今月の通数を使い切った",
    "reason.budget": "予算超過",
    "reason.key_expired": "安全に再試行できる期間を超過",
    "reason.capped": "送信上限に到達",
    "reason.outranked": "優先の配信に譲った",
    "reason.stopped": "停止済み",
    "reason.line_refuses": "LINE が内容を拒否",
    "reason.no_address": "宛先がない",
    "reason.too_old": "発生から時間が経ちすぎ",
    "reason.running": "すでに進行中",
    "reason.once": "一度入っている",
    "reason.too_soon": "前回から間もない",
  },
  {
    "reason.expired": "too late to be sent",
    "reason.unknown_person": "no such person",
    "reason.no_line_id": "no LINE identity",
    "reason.not_friend": "not a friend, or blocked",
    "reason.no_consent": "no consent to marketing",
    "reason.render": "the message could not be filled",
    "reason.limits": "beyond a limit of LINE",
    "reason.quota": "this month's quota is used up",
    "reason.budget": "beyond the budget",
    "reason.key_expired": "too late to try again safely",
    "reason.capped": "frequency cap reached",
    "reason.outranked": "gave way to one of higher priority",
    "reason.stopped": "stopped",
    "reason.line_refuses": "LINE would not take it",
    "reason.no_address": "no address to send to",
    "reason.too_old": "happened too long ago",
    "reason.running": "already on the way",
    "reason.once": "was in once already",
    "reason.too_soon": "too soon after the last time",
  },
);

/** The word for a reason; a reason that is new to us stands as it is. */
export function useReasons(): (reason: string) => string {
  const code = useCodes();
  return (reason) => code("reason", reason);
}
