import { AtSign, Cookie, CreditCard, Hash, IdCard, type LucideIcon, MessageCircle, Smartphone } from "lucide-react";
import { defineWords } from "@/lib/words";

const { useCodes } = defineWords(
  {
    "ns.member_id": "會員編號",
    "ns.line": "LINE",
    "ns.phone": "手機",
    "ns.email": "電子郵件",
    "ns.pos_card": "會員卡",
    "ns.anonymous_id": "瀏覽器",
  },
  {
    "ns.member_id": "会員番号",
    "ns.line": "LINE",
    "ns.phone": "電話",
    "ns.email": "メール",
    "ns.pos_card": "会員カード",
    "ns.anonymous_id": "ブラウザ",
  },
  {
    "ns.member_id": "Member no.",
    "ns.line": "LINE",
    "ns.phone": "Phone",
    "ns.email": "E-mail",
    "ns.pos_card": "Card",
    "ns.anonymous_id": "Browser",
  },
);

const ICONS: Record<string, LucideIcon> = {
  member_id: IdCard,
  line: MessageCircle,
  phone: Smartphone,
  email: AtSign,
  pos_card: CreditCard,
  anonymous_id: Cookie,
};

export interface Identifier {
  namespace: string;
  value: string;
}

/** A LINE user id holds within one provider: the namespace carries it after a colon. */
export function kindOf(namespace: string): string {
  return namespace.split(":")[0] ?? namespace;
}

export function iconOf(namespace: string): LucideIcon {
  return ICONS[kindOf(namespace)] ?? Hash;
}

/** What people call a namespace. */
export function useNamespaces(): (namespace: string) => string {
  const code = useCodes();
  return (namespace) => code("ns", kindOf(namespace));
}

/** An identifier as it is shown: Taiwanese numbers the way they are dialled, ids no longer than they help. */
export function shownValue({ namespace, value }: Identifier): string {
  if (kindOf(namespace) === "phone") return value.replace(/^\+886(\d{3})(\d{3})(\d{3})$/, "0$1 $2 $3");
  if (value.length > 22) return `${value.slice(0, 9)}…${value.slice(-4)}`;
  return value;
}
