import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { newQueryClient } from "@/api/query";
import { LOGIN } from "@/api/session";
import { newRouter } from "@/app/router";
import { useSystemTheme } from "@/ui/theme";
import { Toaster } from "@/ui/toaster";
import { TooltipProvider } from "@/ui/tooltip";
import "@/app/styles.css";

const queries = newQueryClient();
void queries.prefetchQuery(LOGIN); // on its way while the rest is made
const router = newRouter();

export function App() {
  useSystemTheme();
  return (
    <QueryClientProvider client={queries}>
      <TooltipProvider delayDuration={300}>
        <RouterProvider router={router} />
        <Toaster />
      </TooltipProvider>
    </QueryClientProvider>
  );
}

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
