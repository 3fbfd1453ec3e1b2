import {
  Cable,
  ChartColumn,
  CircleAlert,
  Crosshair,
  FileUp,
  Filter,
  Fingerprint,
  House,
  KeyRound,
  LayoutGrid,
  type LucideIcon,
  Megaphone,
  MessageCircle,
  MessageCircleReply,
  MessageSquareText,
  QrCode,
  Route,
  ScrollText,
  Settings,
  Share2,
  Sigma,
  Sprout,
  Tags,
  TicketPercent,
  Users,
  UsersRound,
} from "lucide-react";

type Word = "tags" | "lifecycle" | "traits" | "broadcasts" | "narrowcasts" | "journeys" | "reports" | "lineAccounts" | "menus" | "replies" | "joins" | "coupons" | "messageLibrary" | "quality" | "workspace" | "members" | "keys" | "audit" | "home" | "people" | "segments" | "identity" | "sources" | "imports" | "destinations";
export type Group = "audience" | "messages" | "line" | "journeys" | "data" | "settings";

export interface Place {
  path: string;
  word: Word;
  icon: LucideIcon;
  group?: Group;
  /** The permission without which the page shows nothing. */
  needs?: string;
}

/** What the menu shows, in its order. A page has its place here once it works. */
export const PLACES: readonly Place[] = [
  { path: "/", word: "home", icon: House },
  { path: "/reports", word: "reports", icon: ChartColumn, needs: "reports.read" },
  { path: "/people", word: "people", icon: Users, group: "audience", needs: "people.read" },
  { path: "/segments", word: "segments", icon: Filter, group: "audience", needs: "segments.read" },
  { path: "/tags", word: "tags", icon: Tags, group: "audience", needs: "segments.read" },
  { path: "/lifecycle", word: "lifecycle", icon: Sprout, group: "audience", needs: "segments.read" },
  { path: "/traits", word: "traits", icon: Sigma, group: "audience", needs: "segments.read" },
  { path: "/identity", word: "identity", icon: Fingerprint, group: "audience", needs: "people.read" },
  { path: "/broadcasts", word: "broadcasts", icon: Megaphone, group: "messages", needs: "messages.read" },
  { path: "/narrowcasts", word: "narrowcasts", icon: Crosshair, group: "messages", needs: "messages.read" },
  { path: "/messages", word: "messageLibrary", icon: MessageSquareText, group: "messages", needs: "messages.read" },
  { path: "/accounts", word: "lineAccounts", icon: MessageCircle, group: "line", needs: "line.read" },
  { path: "/menus", word: "menus", icon: LayoutGrid, group: "line", needs: "line.read" },
  { path: "/replies", word: "replies", icon: MessageCircleReply, group: "line", needs: "messages.read" },
  { path: "/joins", word: "joins", icon: QrCode, group: "line", needs: "line.read" },
  { path: "/coupons", word: "coupons", icon: TicketPercent, group: "line", needs: "messages.read" },
  { path: "/journeys", word: "journeys", icon: Route, group: "journeys", needs: "journeys.read" },
  { path: "/sources", word: "sources", icon: Cable, group: "data", needs: "sources.read" },
  { path: "/imports", word: "imports", icon: FileUp, group: "data", needs: "imports.read" },
  { path: "/destinations", word: "destinations", icon: Share2, group: "data", needs: "segments.read" },
  { path: "/quality", word: "quality", icon: CircleAlert, group: "data", needs: "sources.read" },
  { path: "/settings", word: "workspace", icon: Settings, group: "settings" },
  { path: "/members", word: "members", icon: UsersRound, group: "settings", needs: "members.read" },
  { path: "/keys", word: "keys", icon: KeyRound, group: "settings", needs: "keys.write" },
  { path: "/audit", word: "audit", icon: ScrollText, group: "settings", needs: "audit.read" },
];

export const GROUPS: readonly Group[] = ["audience", "messages", "line", "journeys", "data", "settings"];
