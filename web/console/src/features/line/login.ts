import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Addresses = Schemas["LoginAddresses"];

export interface NewLogin {
  channel_id: string;
  channel_secret: string;
  provider_id: string;
  liff_id: string;
}

/** The login channel of an account, and where its binding pages are. */
export function useLogin(account: string) {
  return useQuery({
    queryKey: ["line", account, "login"],
    queryFn: ({ signal }) => answer<Schemas["LoginOf"]>(api.GET("/api/line/accounts/{account}/login", { params: { path: { account } }, signal })),
  });
}

export function useSaveLogin(account: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewLogin) =>
      answer<Addresses>(api.PUT("/api/line/accounts/{account}/login", { params: { path: { account } }, body: { ...body } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["line", account] }),
  });
}

export function useRenewSecret(account: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (secret: string) =>
      answer<Schemas["AccountChanged"]>(api.PATCH("/api/line/accounts/{account}", { params: { path: { account } }, body: { channel_secret: secret } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["line", account] }),
  });
}
