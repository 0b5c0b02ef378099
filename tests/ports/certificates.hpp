// Certificates made for one test: self-signed or signed by another one, for given names, valid or not.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace wamigrate::tests {

template <auto release>
struct Released {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Released<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Released<X509_free>>;

struct Certificate {
  Key key;
  X509Ptr x509;

  std::string pem() const {
    const std::unique_ptr<BIO, Released<BIO_free_all>> out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), x509.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
  }
};

struct CertificateOrder {
  std::string names = "IP:127.0.0.1,IP:::1,DNS:localhost";  ///< As openssl writes a subjectAltName.
  long valid_from_s = -3600;                                ///< Seconds from now.
  long valid_to_s = 3600;
  const Certificate* issuer = nullptr;  ///< None: self-signed.
  bool authority = false;
};

inline Certificate make_certificate(const CertificateOrder& order = {}) {
  static long serial = 1;
  Certificate made{Key(EVP_EC_gen("P-256")), X509Ptr(X509_new())};
  X509* x509 = made.x509.get();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), order.valid_from_s);
  X509_gmtime_adj(X509_getm_notAfter(x509), order.valid_to_s);
  X509_set_pubkey(x509, made.key.get());
  const std::string name = "wamigrate test " + std::to_string(serial);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x509, X509_get_subject_name(order.issuer ? order.issuer->x509.get() : x509));
  const auto extend = [&](int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
  };
  extend(NID_subject_alt_name, order.names);
  if (order.authority) extend(NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(x509, order.issuer ? order.issuer->key.get() : made.key.get(), EVP_sha256());
  return made;
}

}  // namespace wamigrate::tests
