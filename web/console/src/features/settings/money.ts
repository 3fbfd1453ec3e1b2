import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type Plan = components["schemas"]["PlanView"];
export type Budget = components["schemas"]["BudgetView"];

/** Price plans that are in force on a day, the brand's own instead of one of the same key; each key once. */
export function inForce(plans: Plan[], day: string): Plan[] {
  const found = new Map<string, Plan>();
  for (const plan of plans) {
    const known = found.get(plan.key);
    const newer = !known || (plan.own && !known.own) || (plan.own === known.own && plan.valid_from >= known.valid_from);
    if (plan.valid_from <= day && newer) found.set(plan.key, plan);
  }
  return [...found.values()];
}

export function usePlans(day: string) {
  return useQuery({
    queryKey: ["cost", "plans"],
    queryFn: ({ signal }) => answer<components["schemas"]["PlansView"]>(api.GET("/api/cost/plans", { signal })),
    select: ({ plans }) => inForce(plans, day),
  });
}

export function useBudgets() {
  return useQuery({
    queryKey: ["cost", "overview"],
    queryFn: ({ signal }) => answer<components["schemas"]["Overview"]>(api.GET("/api/cost", { signal })),
    select: ({ budgets }) => budgets,
  });
}

/** Money changes what the first page, the badge of the quota and every estimate say. */
function useChanged() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries();
}

export function useChoosePlan() {
  return useMutation({
    mutationFn: ({ account, plan }: { account: string; plan: string }) =>
      answer(api.PUT("/api/cost/accounts/{account}", { params: { path: { account } }, body: { plan } })),
    onSuccess: useChanged(),
  });
}

export function useSetBudget() {
  return useMutation({
    mutationFn: (body: { scope: string; unit: string; most: number; period: string }) =>
      answer<Budget>(api.PUT("/api/cost/budgets", { body })),
    onSuccess: useChanged(),
  });
}

export function useDropBudget() {
  return useMutation({
    mutationFn: ({ scope, unit }: Budget) =>
      answer(api.DELETE("/api/cost/budgets/{scope}/{unit}", { params: { path: { scope, unit } } })),
    onSuccess: useChanged(),
  });
}
