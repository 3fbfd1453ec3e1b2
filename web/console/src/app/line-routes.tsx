import type { RouteObject } from "react-router";

/** The pages about LINE: accounts, rich menus, replies, how friends come, and LINE's coupons. */
export const line: RouteObject[] = [
  { path: "accounts", lazy: async () => ({ Component: (await import("@/features/line/accounts-page")).AccountsPage }) },
  { path: "menus", lazy: async () => ({ Component: (await import("@/features/line/menus-page")).MenusPage }) },
  ...["menus/new", "menus/:key"].map((path) => ({
    path,
    lazy: async () => ({ Component: (await import("@/features/line/menu-page")).MenuPage }),
  })),
  { path: "replies", lazy: async () => ({ Component: (await import("@/features/line/replies-page")).RepliesPage }) },
  ...["replies/new", "replies/:key"].map((path) => ({
    path,
    lazy: async () => ({ Component: (await import("@/features/line/reply-page")).ReplyPage }),
  })),
  { path: "joins", lazy: async () => ({ Component: (await import("@/features/line/joins-page")).JoinsPage }) },
  { path: "coupons", lazy: async () => ({ Component: (await import("@/features/coupons/page")).CouponsPage }) },
];
