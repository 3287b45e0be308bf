# Sourced by test: lays out the folder that goes into the machine: the tests as they were built, and the .NET that runs them.
# shellcheck shell=bash

# guest_folder FOLDER TESTS: makes FOLDER/dotnet out of $DOTNET_ROOT and FOLDER/tests out of TESTS; hard links where the disk allows.
guest_folder() {
  local folder=$1 tests=$2 runtime
  runtime=$(compgen -G "$DOTNET_ROOT/shared/Microsoft.NETCore.App/10.*" | sort -V | tail -n 1)
  rm -rf "$folder"
  mkdir -p "$folder/dotnet/shared/Microsoft.NETCore.App"
  copy() { cp -rl "$1" "$2" 2>/dev/null || cp -r "$1" "$2"; }
  copy "$DOTNET_ROOT/dotnet" "$folder/dotnet/"
  copy "$DOTNET_ROOT/host" "$folder/dotnet/"
  copy "$runtime" "$folder/dotnet/shared/Microsoft.NETCore.App/"
  copy "$tests" "$folder/tests"
}
