import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type SetUp = Schemas["SetUp"];

/** What is right and wrong with the set-up of an account; with `call`, LINE is asked to call our webhook. */
export function useSetUp(account: string) {
  return useQuery({
    queryKey: ["line", account, "check"],
    queryFn: ({ signal }) => answer<SetUp>(api.GET("/api/line/accounts/{account}/check", { params: { path: { account } }, signal })),
    staleTime: 30_000,
  });
}

export function useCall(account: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answer<SetUp>(api.GET("/api/line/accounts/{account}/check", { params: { path: { account }, query: { call: true } } })),
    onSuccess: (found) => queries.setQueryData(["line", account, "check"], found),
  });
}

export interface NewAccount {
  key: string;
  name: string;
  provider_id: string;
  channel_id: string;
  channel_secret: string;
  bot_user_id: string;
  price_plan: string;
}

export function useConnect() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewAccount) => answer<Schemas["Connected"]>(api.POST("/api/line/accounts", { body: { ...body } })),
    onSuccess: () => queries.invalidateQueries(),
  });
}

interface Imported {
  friends: number;
  next: string | null;
}

/** Let LINE's whole list of friends be known, a thousand at a time; told how many there are so far. */
export function useImportFriends(account: string, told: (count: number) => void) {
  return useMutation({
    mutationFn: async () => {
      let [count, start] = [0, ""];
      do {
        const page: Imported = await answer<Imported>(
          api.POST("/api/line/accounts/{account}/friends/import", { params: { path: { account }, query: { start } } }),
        );
        count += page.friends;
        start = page.next ?? "";
        told(count);
      } while (start);
      return count;
    },
  });
}
