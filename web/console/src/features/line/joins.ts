import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Join = Schemas["JoinSourceView"];

const of = (account: string) => ["line", account, "joins"];

export function useJoins(account: string) {
  return useQuery({
    queryKey: of(account),
    queryFn: ({ signal }) =>
      answer<Schemas["JoinSourceList"]>(api.GET("/api/line/accounts/{account}/join-sources", { params: { path: { account } }, signal })),
    enabled: account !== "",
  });
}

export interface NewJoin {
  key: string;
  name: string;
  store: string;
  staff: string;
  tags: string[];
  messages: Join["messages"];
  messages_again: Join["messages_again"];
}

export function useSaveJoin(account: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, ...body }: NewJoin) =>
      answer<Join>(api.PUT("/api/line/accounts/{account}/join-sources/{key}", { params: { path: { account, key } }, body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: of(account) }),
  });
}

export function useArchiveJoin(account: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => answer(api.DELETE("/api/line/accounts/{account}/join-sources/{key}", { params: { path: { account, key } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: of(account) }),
  });
}

/** Where the code to print is: as svg for print, as png for a screen. */
export function codeOf(account: string, key: string, form: "svg" | "png"): string {
  return `/api/line/accounts/${encodeURIComponent(account)}/join-sources/${encodeURIComponent(key)}/qr.${form}?size=12`;
}
