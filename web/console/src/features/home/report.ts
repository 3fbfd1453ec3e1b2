import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

export interface Cost {
  plan: string;
  currency: string;
  messages: number;
  total: number;
}

export interface Report {
  friends: number;
  bound: number;
  binding_rate: number | null;
  sends: Record<string, Record<string, number>>;
  messages_billed: number;
  cost: Cost | null;
  cost_send_to_all: Cost | null;
  broadcasts: number;
  events: number;
  profiles: number;
  parked: number;
  as_of: string;
}

/** The figures of the workspace, asked again every half minute while somebody looks. */
export function useReport() {
  return useQuery({
    queryKey: ["report"],
    queryFn: ({ signal }) => answer<Report>(api.GET("/api/report", { signal })),
    refetchInterval: 30_000,
  });
}
