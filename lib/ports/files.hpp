// Files as this program reads and writes them: whole, and with the owner's eyes only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wamigrate {

/// The whole file, at most 256 MiB. "-" is not special here.
Result<std::string> read_file(const std::filesystem::path& file);
/// Writes a new file beside the old one, makes it durable and swaps it in; mode 0600 if `only_owner`, else 0644.
Result<void> write_file(const std::filesystem::path& file, std::string_view content, bool only_owner);
/// The same, of what `write` hands to `take` in pieces.
using TakePiece = std::function<void(std::string_view)>;
Result<void> write_file_in_pieces(const std::filesystem::path& file,
                                  const std::function<void(const TakePiece& take)>& write, bool only_owner);
/// Like write_file for the owner only, but never over an existing file: false, and nothing written, when there is one.
Result<bool> write_new_file(const std::filesystem::path& file, std::string_view content);
/// Like write_file for all to read, but durable only when the system gets to it: for what is written again and again.
Result<void> swap_file(const std::filesystem::path& file, std::string_view content);
/// Makes what was made, renamed or removed in the directory durable.
Result<void> sync_directory(const std::filesystem::path& directory);
/// Makes the directory and its parents with mode 0700 where missing, and durable. An existing one that others may write
/// is refused.
Result<void> make_private_directory(const std::filesystem::path& directory);
/// Fails when anyone but its owner may look into the directory, or when its owner is neither this user nor root.
Result<void> require_private_directory(const std::filesystem::path& directory);
/// Fails when anyone but its owner may read or write the file, or when its owner is neither this user nor root.
Result<void> require_private_file(const std::filesystem::path& file);
/// Fails when there is no file that this process may execute; links are followed.
Result<void> require_executable(const std::filesystem::path& file);
/// How many bytes an ordinary user may still write where `directory` is, or would be made.
Result<std::uint64_t> free_space(const std::filesystem::path& directory);
/// `~/x` under the home directory; `XDG_STATE_HOME` is honoured for the default state directory by default_state_dir().
std::filesystem::path expand_home(const std::string& path);
/// `$XDG_STATE_HOME/wamigrate`, or `~/.local/state/wamigrate`.
std::filesystem::path default_state_dir();
/// `host:pid`, for people who ask who holds something.
std::string process_name();

}  // namespace wamigrate
