import { Filter, House, type LucideIcon, Users } from "lucide-react";

type Word = "home" | "people" | "segments" | "identity" | "sources" | "imports";
export type Group = "audience" | "messages" | "journeys" | "data" | "settings";

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
  { path: "/people", word: "people", icon: Users, group: "audience", needs: "people.read" },
  { path: "/segments", word: "segments", icon: Filter, group: "audience", needs: "segments.read" },
];

export const GROUPS: readonly Group[] = ["audience", "messages", "journeys", "data", "settings"];
