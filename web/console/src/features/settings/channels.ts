import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type Channel = components["schemas"]["ChannelView"];
export type Kind = Channel["kind"];
export type Said = Record<string, string | number | boolean>;

export const KINDS = ["email", "sms", "webhook", "line", "line_phone"] as const satisfies readonly Kind[];

type Asked = "text" | "number" | "secret" | "switch" | "account" | "security";

/** What each kind of channel has to be told, in the order in which a form asks for it. */
export const FIELDS: Record<Kind, Record<string, Asked>> = {
  email: { from: "text", host: "text", port: "number", security: "security", user: "text", secret: "secret" },
  sms: { url: "text", secret: "secret", idempotent: "switch" },
  webhook: { url: "text", secret: "secret" },
  line: { account: "account" },
  line_phone: { account: "account", allowed: "switch" },
};

/** What a form of a kind begins with. */
export function begun(kind: Kind): Said {
  return kind === "email" ? { port: 587, security: "starttls" } : {};
}

/** The body that sets a channel up: what was left empty is not said, so that a secret stays as it is. */
export function bodyOf(kind: Kind, said: Said, price: string, state: Channel["state"]): Record<string, unknown> {
  const given = Object.keys(FIELDS[kind]).flatMap((name) => {
    const value = said[name];
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  return { kind, price: price || "0", state, ...Object.fromEntries(given) };
}

export function useChannels() {
  return useQuery({
    queryKey: ["channels"],
    queryFn: ({ signal }) => answer<components["schemas"]["ChannelsView"]>(api.GET("/api/channels", { signal })),
    select: ({ channels }) => channels,
  });
}

/** What the messages of each channel cost in the last 30 days, and how many left. */
export function useSpent() {
  return useQuery({
    queryKey: ["channels", "costs"],
    queryFn: ({ signal }) => answer<components["schemas"]["ChannelCosts"]>(api.GET("/api/channels/costs", { signal })),
    select: ({ channels }) => {
      const found: Record<string, { messages: number; cost: number }> = {};
      for (const { channel, state, messages, cost } of channels) {
        if (state !== "accepted") continue;
        const known = found[channel] ?? { messages: 0, cost: 0 };
        found[channel] = { messages: known.messages + messages, cost: known.cost + cost };
      }
      return found;
    },
  });
}

export function useSetChannel() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ key, body }: { key: string; body: Record<string, unknown> }) =>
      answer<Channel>(api.PUT("/api/channels/{key}", { params: { path: { key } }, body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["channels"] }),
  });
}
