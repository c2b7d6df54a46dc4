// The floors of the phone app: main > features > ui | sync > store > core. Imports go down only.
const above = (name, from, to) => ({ name, severity: "error", from: { path: from, pathNot: "[.]test[.]tsx?$" }, to: { path: to } });
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    above("core-is-the-ground", "^src/core/", "^src/(store|sync|ui|features|sw|testing|main)"),
    above("store-imports-core-only", "^src/store/", "^src/(sync|ui|features|sw|testing|main)"),
    above("sync-knows-no-screen", "^src/sync/", "^src/(ui|features|sw|testing|main)"),
    above("ui-knows-no-sync", "^src/ui/", "^src/(store|sync|features|sw|testing|main)"),
    above("features-below-main", "^src/features/", "^src/(sw|testing|main)"),
    above("service-worker-shows-nothing", "^src/sw/", "^src/(ui|features|testing|main)"),
    above("nothing-ships-the-test-harness", "^src/(core|store|sync|ui|features|sw|main)", "^src/testing/"),
    { name: "nothing-unresolved", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^virtual:" } },
    { name: "no-dev-package-in-the-app", severity: "error", from: { path: "^src", pathNot: "(^src/testing|[.]test[.]tsx?$|^src/sw/)" },
      to: { dependencyTypes: ["npm-dev"], pathNot: "node_modules/(vite|preact)/" } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
