import { House, type LucideIcon } from "lucide-react";

type Word = "home";
export type Group = "audience" | "messages" | "journeys" | "data" | "settings";

export interface Place {
  path: string;
  word: Word;
  icon: LucideIcon;
  group?: Group;
}

/** What the menu shows, in its order. A page has its place here once it works. */
export const PLACES: readonly Place[] = [{ path: "/", word: "home", icon: House }];

export const GROUPS: readonly Group[] = ["audience", "messages", "journeys", "data", "settings"];
