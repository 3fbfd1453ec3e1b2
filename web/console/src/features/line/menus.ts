import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { problemOf } from "@/api/problem";
import type { components } from "@/api/schema";
import { csrfToken } from "@/api/session";
import type { Rect, Size } from "@/features/line/rect";
import type { Json } from "@/components/message/tree";

type Schemas = components["schemas"];
export type Menu = Schemas["MenuView"];
export type Resolved = Schemas["Resolved"];

/** A menu as LINE reads it. */
export interface Drawing extends Json {
  size: Size;
  selected: boolean;
  name: string;
  chatBarText: string;
  areas: { bounds: Rect; action: Json }[];
}

/** Who sees a menu. */
export interface Rule {
  is_default: boolean;
  by_rule: boolean;
  segment: string | null;
  tag: string | null;
  bound: boolean | null;
  starts_at: string | null;
  ends_at: string | null;
}

const of = (account: string) => ["line", account, "menus"];

export function useMenus(account: string) {
  return useQuery({
    queryKey: of(account),
    queryFn: ({ signal }) => answer<Schemas["MenuList"]>(api.GET("/api/line/accounts/{account}/menus", { params: { path: { account } }, signal })),
    enabled: account !== "",
    refetchInterval: 10_000,
  });
}

export function useOrder(account: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (keys: string[]) => answer(api.PUT("/api/line/accounts/{account}/menus/order", { params: { path: { account } }, body: { keys } })),
    onSettled: () => queries.invalidateQueries({ queryKey: of(account) }),
  });
}

export function useDropMenu(account: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => answer(api.DELETE("/api/line/accounts/{account}/menus/{key}", { params: { path: { account, key } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: of(account) }),
  });
}

interface Wish {
  key: string;
  name: string;
  rank: number;
  menu: Drawing;
  rule: Rule;
  picture: File | null;
}

/** Keep a menu, then its picture: the picture is held against the size that the menu names. */
export function useSaveMenu(account: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ key, name, rank, menu, rule, picture }: Wish) => {
      await api.PUT("/api/line/accounts/{account}/menus/{key}", { params: { path: { account, key } }, body: { name, rank, menu, ...rule } });
      if (picture) await draw(account, key, picture);
      return key;
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: of(account) }),
  });
}

/** A picture is sent as its bytes, past the typed client, which speaks JSON. */
async function draw(account: string, key: string, picture: File): Promise<void> {
  const answered = await fetch(pictureOf(account, key), {
    method: "PUT",
    body: picture,
    headers: { "Content-Type": picture.type, "X-CSRF-Token": csrfToken() ?? "" },
  });
  if (!answered.ok) throw await problemOf(answered);
}

export function pictureOf(account: string, key: string): string {
  return `/api/line/accounts/${encodeURIComponent(account)}/menus/${encodeURIComponent(key)}/image`;
}

export function useResolved(account: string, profileId: string) {
  return useQuery({
    queryKey: [...of(account), "resolve", profileId],
    queryFn: ({ signal }) =>
      answer<Resolved>(
        api.GET("/api/line/accounts/{account}/menus/resolve/{profile_id}", { params: { path: { account, profile_id: profileId } }, signal }),
      ),
    enabled: profileId !== "",
  });
}
