#include "core/transient_file.hpp"

#include <array>
#include <atomic>
#include <climits>
#include <csignal>
#include <cstring>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace elastem {
namespace {

// What a handler may look at: no memory is asked for. More files than slots are not removed.
struct Slot {
  std::atomic<bool> taken = false, complete = false;
  dev_t device = 0;
  ino_t inode = 0;
  std::array<char, PATH_MAX> path{};
};
std::array<Slot, 64> slots;

// The default action of the signal follows when the handler returns. Until the files are gone the handler
// stays: a second signal, as who presses Ctrl-C twice sends, may reach another thread meanwhile.
extern "C" void remove_and_end(int signal) {
  remove_transient_files();
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void handle_signals() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGUSR1}) {
      struct sigaction now = {};
      if (sigaction(signal, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) continue;
      struct sigaction action = {};
      action.sa_handler = remove_and_end;
      sigemptyset(&action.sa_mask);
      sigaction(signal, &action, nullptr);
    }
  });
}

}  // namespace

TransientFile::TransientFile(const std::filesystem::path& path, int descriptor) {
  struct stat status = {};
  const std::string& name = path.native();
  if (name.size() >= PATH_MAX || ::fstat(descriptor, &status) != 0) return;
  handle_signals();
  for (std::size_t i = 0; i < slots.size() && slot_ < 0; ++i)
    if (!slots[i].taken.exchange(true)) slot_ = static_cast<int>(i);
  if (slot_ < 0) return;
  Slot& slot = slots[static_cast<std::size_t>(slot_)];
  slot.device = status.st_dev;
  slot.inode = status.st_ino;
  std::memcpy(slot.path.data(), name.c_str(), name.size() + 1);
  slot.complete = true;
}

TransientFile::TransientFile(TransientFile&& other) noexcept : slot_(std::exchange(other.slot_, -1)) {}

TransientFile& TransientFile::operator=(TransientFile&& other) noexcept {
  std::swap(slot_, other.slot_);
  return *this;
}

TransientFile::~TransientFile() {
  if (slot_ < 0) return;
  Slot& slot = slots[static_cast<std::size_t>(slot_)];
  slot.complete = false;
  slot.taken = false;
}

void remove_transient_files() noexcept {
  for (const Slot& slot : slots) {
    struct stat named = {};
    if (slot.complete && ::lstat(slot.path.data(), &named) == 0 && named.st_dev == slot.device &&
        named.st_ino == slot.inode)
      ::unlink(slot.path.data());
  }
}

}  // namespace elastem
