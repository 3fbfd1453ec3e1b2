import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type Coupon = Schemas["CouponView"];

const of = (account: string) => ["line", account, "coupons"];
const PAGES_MAX = 25;

/** LINE's own coupons of an account, newest first: all of them, however many pages LINE needs. */
export function useCoupons(account: string) {
  return useQuery({
    queryKey: of(account),
    queryFn: async ({ signal }) => {
      const coupons: Coupon[] = [];
      let page: Schemas["CouponList"] | null = null;
      for (let asked = 0; asked < PAGES_MAX; asked += 1) {
        const start: string = page?.next ?? "";
        page = await answer<Schemas["CouponList"]>(
          api.GET("/api/line/accounts/{account}/coupons", { params: { path: { account }, query: { start } }, signal }),
        );
        coupons.push(...page.coupons);
        if (!page.next) break;
      }
      return { coupons, asOf: page?.as_of ?? "" };
    },
    enabled: account !== "",
    staleTime: 30_000,
  });
}

export function useMakeCoupon(account: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Record<string, unknown>) =>
      answer<Schemas["CouponNamed"]>(api.POST("/api/line/accounts/{account}/coupons", { params: { path: { account } }, body })),
    // What is in doubt may be there all the same: the list says so either way.
    onSettled: () => queries.invalidateQueries({ queryKey: of(account) }),
  });
}

export function useCloseCoupon(account: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      answer<Schemas["CouponNamed"]>(
        api.POST("/api/line/accounts/{account}/coupons/{coupon_id}/close", { params: { path: { account, coupon_id: id } } }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: of(account) }),
  });
}
