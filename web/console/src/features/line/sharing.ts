import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Forward = Schemas["ForwardLine"];

const of = (account: string) => ["line", account, "forwards"];

/** The other tools that get the account's webhooks, and what was given up for each. */
export function useForwards(account: string) {
  return useQuery({
    queryKey: of(account),
    queryFn: ({ signal }) => answer<Schemas["ForwardList"]>(api.GET("/api/line/accounts/{account}/forwards", { params: { path: { account } }, signal })),
  });
}

function useChange<T>(account: string, change: (given: T) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => queries.invalidateQueries({ queryKey: of(account) }) });
}

export function useAddForward(account: string) {
  return useChange<{ key: string; url: string }>(account, ({ key, url }) =>
    answer(api.PUT("/api/line/accounts/{account}/forwards/{key}", { params: { path: { account, key } }, body: { url } })),
  );
}

export function useReplay(account: string) {
  return useChange<string>(account, (key) => answer(api.POST("/api/line/accounts/{account}/forwards/{key}/replay", { params: { path: { account, key } } })));
}

export function useDropForward(account: string) {
  return useChange<string>(account, (key) => answer(api.DELETE("/api/line/accounts/{account}/forwards/{key}", { params: { path: { account, key } } })));
}

export function useGiveKey(account: string) {
  return useMutation({
    mutationFn: (name: string) => answer<Schemas["ToolKey"]>(api.POST("/api/line/accounts/{account}/tools", { params: { path: { account } }, body: { name } })),
  });
}
