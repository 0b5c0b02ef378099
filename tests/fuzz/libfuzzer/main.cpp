// One target as a libFuzzer program. `--write-seeds=FOLDER` writes its honest inputs and ends.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "fuzz/targets/target.hpp"

extern "C" int LLVMFuzzerInitialize(const int* count, char*** arguments) {
  constexpr std::string_view option = "--write-seeds=";
  for (int i = 1; i < *count; ++i) {
    const std::string_view argument = (*arguments)[i];
    if (!argument.starts_with(option)) continue;
    const std::filesystem::path folder = argument.substr(option.size());
    std::filesystem::create_directories(folder);
    int number = 0;
    for (const std::string& seed : wamigrate::fuzz::FUZZ_TARGET.seeds()) {
      std::ofstream(folder / ("seed-" + std::to_string(++number)), std::ios::binary) << seed;
    }
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    wamigrate::fuzz::FUZZ_TARGET.run({reinterpret_cast<const char*>(data), size});
  } catch (const wamigrate::fuzz::Broken& broken) {
    std::cerr << "does not hold: " << broken.what() << std::endl;
    throw;
  }
  return 0;
}
