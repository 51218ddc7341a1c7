/** What a feature folder brings: its pages, found by their `routes.tsx`, and its entries of the command palette. */
import type { ComponentType } from "react";
import type { Role } from "@/api/session";

export interface FeatureRoute {
  /** As TanStack Router writes it: `/devices/$id`. */
  path: string;
  /** Of the tab; a page may set a better one with `useTitle`. */
  title: string;
  /** Loaded when it is first visited: `() => import("./devices-page")`, whose default export is the page. */
  page: () => Promise<{ default: ComponentType }>;
  /** Below it the page says that the role does not allow it. */
  role?: Role;
  /** Without menu, header and login: the login page alone. */
  bare?: boolean;
}

export interface FeatureCommand {
  label: string;
  /** Further words that find it. */
  keywords?: string;
  to: string;
  role?: Role;
}

export interface Feature {
  routes: FeatureRoute[];
  commands?: FeatureCommand[];
}

const modules = import.meta.glob<{ default: Feature }>("../features/*/routes.tsx", { eager: true });

/** All features there are. */
export const features: readonly Feature[] = Object.values(modules).map((each) => each.default);
