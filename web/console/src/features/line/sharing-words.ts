import { defineWords } from "@/lib/words";

const zh = {
  sharing: "和其他工具共用",
  sharingWhy: "一個官方帳號只有一個 Webhook。其他工具要的，由這裡照 LINE 的簽章轉送；它們送的訊息也從這裡走，會算進紀錄與額度。",
  forwards: "轉送 Webhook",
  none: "沒有其他工具在收 Webhook。",
  key: "工具代號",
  keyWhy: "英文小寫、數字和連字號。",
  url: "工具的 Webhook 網址",
  add: "開始轉送",
  waiting: "{count} 筆等待轉送",
  dead: "{count} 筆送不到，已放棄",
  replay: "再送一次",
  drop: "停止轉送",
  tools: "給工具的 API 金鑰",
  toolsWhy: "把工具的 LINE API 網址改成這裡的，金鑰當成頻道的存取權杖。只顯示這一次；同名的舊金鑰會失效。",
  give: "產生金鑰",
  token: "存取權杖",
  api: "API 網址",
};

const ja: Record<keyof typeof zh, string> = {
  sharing: "ほかのツールと共用",
  sharingWhy: "公式アカウントの Webhook は 1 つだけです。ほかのツールには、LINE と同じ署名でここから転送します。ツールの配信もここを通り、記録と上限に入ります。",
  forwards: "Webhook の転送",
  none: "Webhook を受け取るツールはありません。",
  key: "ツールのコード",
  keyWhy: "英小文字・数字・ハイフン。",
  url: "ツールの Webhook URL",
  add: "転送を始める",
  waiting: "転送待ち {count} 件",
  dead: "届かず諦めたもの {count} 件",
  replay: "もう一度送る",
  drop: "転送をやめる",
  tools: "ツール用の API キー",
  toolsWhy: "ツールの LINE API の URL をこちらに変え、キーを Channel access token として使います。表示は一度だけで、同名の前のキーは無効になります。",
  give: "キーを発行",
  token: "Channel access token",
  api: "API の URL",
};

const en: Record<keyof typeof zh, string> = {
  sharing: "Share with other tools",
  sharingWhy: "An Official Account has one webhook. Other tools get it from here, signed as LINE signs it; what they send goes through here too, into the log and the quota.",
  forwards: "Webhooks passed on",
  none: "No other tool gets webhooks.",
  key: "Key of the tool",
  keyWhy: "Small letters, digits and hyphens.",
  url: "The tool's webhook address",
  add: "Pass webhooks on",
  waiting: "{count} waits|{count} wait",
  dead: "{count} was given up|{count} were given up",
  replay: "Deliver again",
  drop: "Stop",
  tools: "An API key for a tool",
  toolsWhy: "Let the tool call this address in place of LINE's, with the key as its channel access token. Shown once; a former key of the same name is dead.",
  give: "Make a key",
  token: "Channel access token",
  api: "API address",
};

export const { useWords } = defineWords(zh, ja, en);
