/** Segment's names for what happens to a cart. */
export const CART_EVENTS = {
  add: "Product Added",
  remove: "Product Removed",
  view: "Cart Viewed",
  checkout: "Checkout Started",
  order: "Order Completed",
} as const;

export type CartAction = keyof typeof CART_EVENTS;
