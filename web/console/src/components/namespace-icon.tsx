import type { LucideProps } from "lucide-react";
import { createElement } from "react";
import { iconOf } from "@/components/identifiers";

/** The sign of a kind of identifier. */
export function NamespaceIcon({ namespace, ...props }: { namespace: string } & LucideProps) {
  return createElement(iconOf(namespace), props);
}
