import {
  Ban,
  CircleDot,
  Eye,
  GitMerge,
  Link2,
  Link2Off,
  LogIn,
  type LucideIcon,
  MessageCircle,
  MessageSquareOff,
  MousePointerClick,
  PenLine,
  Search,
  Send,
  ShieldCheck,
  ShoppingBag,
  ShoppingCart,
  Tag,
  Ticket,
  UserPlus,
} from "lucide-react";

/** Kinds of happenings that a timeline can be narrowed to, with the events they are. */
export const KINDS = {
  orders: ["Order Completed", "Order Refunded", "Order Cancelled", "Coupon Redeemed"],
  visits: ["page", "screen", "Product Viewed", "Product List Viewed", "Products Searched", "cart_updated", "Checkout Started"],
  messages: ["message_sent", "message_link_clicked", "message_suppressed", "message_failed", "coupon_issued"],
  line: ["line_followed", "line_unfollowed", "line_message_received", "line_postback_received", "line_account_linked", "line_account_unlinked"],
  data: ["identify", "traits_set", "consent_updated", "tag_added", "tag_removed", "identity_decided"],
} as const;

export type Kind = keyof typeof KINDS;

const ICONS: Record<string, LucideIcon> = {
  "Order Completed": ShoppingBag,
  "Order Refunded": ShoppingBag,
  "Coupon Redeemed": Ticket,
  "Product Viewed": Eye,
  "Products Searched": Search,
  page: Eye,
  screen: Eye,
  cart_updated: ShoppingCart,
  "Checkout Started": ShoppingCart,
  message_sent: Send,
  coupon_issued: Ticket,
  message_link_clicked: MousePointerClick,
  message_suppressed: MessageSquareOff,
  message_failed: MessageSquareOff,
  line_followed: UserPlus,
  line_unfollowed: Ban,
  line_message_received: MessageCircle,
  line_postback_received: MousePointerClick,
  line_account_linked: Link2,
  line_account_unlinked: Link2Off,
  identify: PenLine,
  traits_set: PenLine,
  consent_updated: ShieldCheck,
  tag_added: Tag,
  tag_removed: Tag,
  identity_decided: GitMerge,
  "Logged In": LogIn,
};

export function iconOfEvent(name: string): LucideIcon {
  return ICONS[name] ?? CircleDot;
}

export function isOfLine(name: string): boolean {
  return name.startsWith("line_") || name.startsWith("message_");
}

/** What says most about an event, in one line: what it was worth, what it was about. */
export function gist(properties: Record<string, unknown>, money: (value: number, currency?: string) => string): string {
  const said: string[] = [];
  const amount = properties["total"] ?? properties["revenue"] ?? properties["value"];
  if (typeof amount === "number")
    said.push(money(amount, typeof properties["currency"] === "string" ? properties["currency"] : "TWD"));
  for (const name of ["name", "product_name", "title", "query", "text", "keyword", "coupon", "store", "origin", "reason"]) {
    const value = properties[name];
    if (typeof value === "string" && value !== "" && said.length < 3) said.push(value);
  }
  return said.join(" · ");
}
