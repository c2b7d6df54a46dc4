import type { Plugin } from "vite";
export function catalogues(root?: string): Plugin;
export function readCatalogue(root: string, language: string): Record<string, string>;
