"""An object of each of Kubernetes' own kinds that names others, and all that it names: what the rows are held to."""

from __future__ import annotations

import copy

import yaml

POD_SPEC = yaml.safe_load("""
serviceAccountName: runner
serviceAccount: runner-of-old
imagePullSecrets: [{name: registry}, {name: mirror}]
volumes:
- {name: settings, configMap: {name: settings, items: [{key: a, path: a}]}}
- {name: tls, secret: {secretName: tls, optional: true}}
- name: all
  projected:
    sources:
    - {configMap: {name: projected-settings}}
    - {secret: {name: projected-tls}}
    - {serviceAccountToken: {path: token}}
    - {downwardAPI: {items: []}}
- {name: data, persistentVolumeClaim: {claimName: data, readOnly: true}}
- name: scratch
  ephemeral:
    volumeClaimTemplate:
      spec: {dataSource: {kind: PersistentVolumeClaim, name: golden}, dataSourceRef: {kind: PersistentVolumeClaim, name: golden-ref}}
- {name: store, csi: {driver: secrets-store.csi.k8s.io, nodePublishSecretRef: {name: csi-creds}, volumeAttributes: {secretName: csi-attribute}}}
- {name: files, azureFile: {secretName: azure-files, shareName: s}}
- {name: ceph, cephfs: {monitors: [a], secretRef: {name: cephfs-key}}}
- {name: cinder, cinder: {volumeID: a, secretRef: {name: cinder-key}}}
- {name: flex, flexVolume: {driver: a/b, secretRef: {name: flex-key}, options: {keyring: flex-option}}}
- {name: iscsi, iscsi: {iqn: a, lun: 0, targetPortal: a, secretRef: {name: iscsi-key}}}
- {name: rbd, rbd: {image: a, monitors: [a], secretRef: {name: rbd-key}}}
- {name: scale, scaleIO: {gateway: a, system: a, secretRef: {name: scaleio-key}}}
- {name: os, storageos: {secretRef: {name: storageos-key}}}
- {name: temp, emptyDir: {}}
""")
"""What a Pod may name, but for its containers."""


def _container(tag):
    """A container that names all that one may."""
    return {
        "name": tag,
        "image": f"example.com/{tag}:1",
        "command": [f"{tag}-command", f"--config-from=configmaps/{tag}-config"],
        "args": [f"--default-ssl-certificate={tag}-certs/wildcard", f"{tag}-arg"],
        "lifecycle": {
            "postStart": {"exec": {"command": [f"{tag}-start"]}},
            "preStop": {"exec": {"command": [f"{tag}-stop"]}},
        },
        "env": [
            {"name": "PLAIN", "value": f"{tag}-value"},
            {"name": "EMPTY"},
            {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": f"{tag}-password", "key": "p"}}},
            {"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": f"{tag}-level", "key": "l", "optional": True}}},
        ],
        "envFrom": [
            {"configMapRef": {"name": f"{tag}-env"}, "prefix": "X_"},
            {"secretRef": {"name": f"{tag}-secrets"}},
        ],
    }


POD_SPEC["initContainers"] = [_container("init")]
POD_SPEC["containers"] = [_container("main"), {"name": "bare", "image": "example.com/bare:1"}]
POD_SPEC["ephemeralContainers"] = [_container("debug")]
_TAGS = ("init", "main", "debug")

NAMED = {
    "ConfigMap": {"settings", "projected-settings", *(f"{tag}-{each}" for tag in _TAGS for each in ("level", "env"))},
    "Secret": {
        *("registry", "mirror", "tls", "projected-tls", "csi-creds", "azure-files", "cephfs-key", "cinder-key"),
        *("flex-key", "iscsi-key", "rbd-key", "scaleio-key", "storageos-key"),
        *(f"{tag}-{each}" for tag in _TAGS for each in ("password", "secrets")),
    },
    "PersistentVolumeClaim": {"data", "golden", "golden-ref"},
    "ServiceAccount": {"runner", "runner-of-old"},
}
"""What it names, by kind."""

TOLD = {
    *("config-from", "configmaps", "default-ssl-certificate", "wildcard", "csi-attribute", "flex-option"),
    *(f"{tag}-{each}" for tag in _TAGS for each in ("command", "config", "certs", "arg", "start", "stop", "value")),
}
"""What its programs and drivers are told, which may be a name of any kind."""

ELSEWHERE = {pair for tag in _TAGS for pair in ((f"{tag}-certs", "wildcard"), ("configmaps", f"{tag}-config"))}
"""What may be meant in another namespace."""

TEMPLATE = {"metadata": {"labels": {"app": "web"}, "annotations": {"vault.hashicorp.com/tls-secret": "vault-tls"}}}


def bearer(api_version, kind, place, name="web"):
    """An object with the template of Pods at a place (``spec.template``)."""
    inner = {**copy.deepcopy(TEMPLATE), "spec": copy.deepcopy(POD_SPEC)}
    for key in reversed(place.split(".")):
        inner = {key: inner}
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "shop"}, **inner}


def pod():
    """A Pod, as it is made of the template."""
    made = bearer("v1", "Pod", "whole", "web-1")
    template = made.pop("whole")
    made["metadata"]["annotations"] = template["metadata"]["annotations"]
    return {**made, "spec": template["spec"]}


BEARERS = (
    bearer("v1", "PodTemplate", "template"),
    bearer("v1", "ReplicationController", "spec.template"),
    bearer("apps/v1", "ReplicaSet", "spec.template"),
    bearer("apps/v1", "Deployment", "spec.template"),
    bearer("apps/v1", "DaemonSet", "spec.template"),
    bearer("apps/v1", "StatefulSet", "spec.template"),
    bearer("apps/v1", "ControllerRevision", "data.spec.template"),
    bearer("batch/v1", "Job", "spec.template"),
    bearer("batch/v1", "CronJob", "spec.jobTemplate.spec.template"),
)
"""The kinds that hold such a template."""

TELL_OTHERS = {"Deployment", "DaemonSet", "StatefulSet", "CronJob"}
"""The kinds where what programs are told may be meant in another namespace."""

OTHERS = tuple(
    yaml.safe_load_all("""
object:
  apiVersion: apps/v1
  kind: StatefulSet
  metadata: {name: db, namespace: shop}
  spec:
    replicas: 0
    template: {spec: {containers: []}}
    volumeClaimTemplates:
    - {metadata: {name: data}, spec: {dataSource: {kind: PersistentVolumeClaim, name: golden}}}
    - {metadata: {name: wal}, spec: {dataSourceRef: {kind: PersistentVolumeClaim, name: golden-wal, namespace: images}}}
names:
  PersistentVolumeClaim: [shop/data-db-#, shop/wal-db-#, shop/golden, images/golden-wal]
---
object:
  apiVersion: apps/v1
  kind: ControllerRevision
  metadata: {name: fleet-1, namespace: shop}
  data: {spec: {workerTemplate: {volumes: [{name: model-weights}], from: certs/bundle}}}
names:
  ConfigMap: [shop/model-weights, shop/certs, shop/bundle]
---
object:
  apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: copy, namespace: shop, annotations: {example.com/decrypt-with: disk-key}}
  spec:
    volumeName: pv-1
    dataSource: {kind: PersistentVolumeClaim, name: origin}
    dataSourceRef: {kind: PersistentVolumeClaim, name: origin-elsewhere, namespace: golden}
names:
  PersistentVolumeClaim: [shop/origin, golden/origin-elsewhere, shop/disk-key]
  Secret: [shop/disk-key]
---
object:
  apiVersion: v1
  kind: PersistentVolume
  metadata:
    name: pv-1
    annotations:
      volume.kubernetes.io/provisioner-deletion-secret-name: deletes
      volume.kubernetes.io/provisioner-deletion-secret-namespace: ceph
  spec:
    claimRef: {namespace: shop, name: reserved}
    azureFile: {secretName: azure, secretNamespace: shop, shareName: s}
    cephfs: {secretRef: {name: cephfs, namespace: ceph}}
    cinder: {secretRef: {name: cinder, namespace: ceph}}
    csi:
      driver: rbd.csi.ceph.com
      controllerExpandSecretRef: {name: expands, namespace: ceph}
      controllerPublishSecretRef: {name: publishes, namespace: ceph}
      nodeExpandSecretRef: {name: node-expands, namespace: ceph}
      nodePublishSecretRef: {name: node-publishes, namespace: ceph}
      nodeStageSecretRef: {name: node-stages, namespace: ceph}
      volumeAttributes: {secret: attribute}
    flexVolume: {driver: a/b, secretRef: {name: flex, namespace: ceph}, options: {keyring: option}}
    iscsi: {secretRef: {name: iscsi}}
    rbd: {secretRef: {name: rbd, namespace: ceph}}
    scaleIO: {secretRef: {name: scale, namespace: ceph}}
    storageos: {secretRef: {name: storageos, namespace: ceph}}
names:
  PersistentVolumeClaim: [shop/reserved]
  Secret: &volume
  - shop/azure
  - ceph/cephfs
  - ceph/cinder
  - ceph/expands
  - ceph/publishes
  - ceph/node-expands
  - ceph/node-publishes
  - ceph/node-stages
  - "*/attribute"
  - ceph/flex
  - "*/option"
  - "*/iscsi"
  - ceph/rbd
  - ceph/scale
  - ceph/storageos
  - "*/deletes"
  - "*/ceph"
---
object:
  apiVersion: v1
  kind: PersistentVolume
  metadata: {name: pv-2}
  spec: {claimRef: {namespace: shop, name: bound, uid: 6f2a}, hostPath: {path: /tmp}}
names: {PersistentVolumeClaim: [], Secret: []}
---
object:
  apiVersion: storage.k8s.io/v1
  kind: VolumeAttachment
  metadata: {name: csi-1}
  spec:
    attacher: csi
    nodeName: a
    source:
      inlineVolumeSpec:
        claimRef: {namespace: shop, name: reserved}
        azureFile: {secretName: azure, shareName: s}
        cephfs: {secretRef: {name: cephfs, namespace: ceph}}
        cinder: {secretRef: {name: cinder, namespace: ceph}}
        csi:
          controllerExpandSecretRef: {name: expands, namespace: ceph}
          controllerPublishSecretRef: {name: publishes, namespace: ceph}
          nodeExpandSecretRef: {name: node-expands, namespace: ceph}
          nodePublishSecretRef: {name: node-publishes, namespace: ceph}
          nodeStageSecretRef: {name: node-stages, namespace: ceph}
          volumeAttributes: {secret: attribute}
        flexVolume: {driver: a/b, secretRef: {name: flex, namespace: ceph}, options: {keyring: option}}
        iscsi: {secretRef: {name: iscsi, namespace: ceph}}
        rbd: {secretRef: {name: rbd, namespace: ceph}}
        scaleIO: {secretRef: {name: scale, namespace: ceph}}
        storageos: {secretRef: {name: storageos, namespace: ceph}}
names:
  PersistentVolumeClaim: [shop/reserved]
  Secret:
  - "*/azure"
  - ceph/cephfs
  - ceph/cinder
  - ceph/expands
  - ceph/publishes
  - ceph/node-expands
  - ceph/node-publishes
  - ceph/node-stages
  - "*/attribute"
  - ceph/flex
  - "*/option"
  - ceph/iscsi
  - ceph/rbd
  - ceph/scale
  - ceph/storageos
---
object:
  apiVersion: storage.k8s.io/v1
  kind: StorageClass
  metadata: {name: fast}
  provisioner: rbd.csi.ceph.com
  parameters:
    csi.storage.k8s.io/provisioner-secret-name: provisions
    csi.storage.k8s.io/provisioner-secret-namespace: ceph
    csi.storage.k8s.io/node-stage-secret-namespace: "${pvc.namespace}"
    pathPattern: "${.PVC.namespace}/x"
names:
  Secret: ["*/provisions", "*/ceph", "*/pvc.namespace", namespace/pvc, "*/x"]
  ConfigMap: ["*/provisions", "*/ceph", "*/pvc.namespace", namespace/pvc, "*/x"]
---
object:
  apiVersion: storage.k8s.io/v1
  kind: StorageClass
  metadata: {name: own-keys}
  provisioner: rbd.csi.ceph.com
  parameters: {csi.storage.k8s.io/provisioner-secret-name: "${pvc.name}-key"}
names:
  Secret: ["*/*", "*/pvc.name", name/pvc, "*/key"]
---
object:
  apiVersion: storage.k8s.io/v1
  kind: VolumeAttributesClass
  metadata: {name: gold}
  driverName: a
  parameters: {authSecretName: gold-key}
names:
  Secret: ["*/gold-key"]
---
object:
  apiVersion: v1
  kind: ServiceAccount
  metadata: {name: runner, namespace: shop, annotations: {kubernetes.io/enforce-mountable-secrets: "true", acme.io/key: signing}}
  secrets: [{name: token}, {name: far, namespace: keys}]
  imagePullSecrets: [{name: registry}]
names:
  Secret: [shop/token, keys/far, shop/registry, shop/true, shop/signing]
---
object:
  apiVersion: v1
  kind: Secret
  metadata:
    name: copy
    namespace: shop
    annotations:
      kubernetes.io/service-account.name: runner
      reflector.v1.k8s.emberstack.com/reflects: "certs/wildcard"
      meta.helm.sh/release-name: web
  type: kubernetes.io/service-account-token
  data: {a: d2ViLWNvbmZpZw==}
names:
  ServiceAccount: [shop/runner]
  Secret: [shop/runner, shop/certs, shop/wildcard, certs/wildcard]
---
object:
  apiVersion: v1
  kind: ConfigMap
  metadata: {name: copy, namespace: shop, annotations: {replicator.v1.mittwald.de/replicate-from: base/settings}}
  data: {a: other}
names:
  ConfigMap: [shop/base, shop/settings, base/settings]
  Secret: []
---
object:
  apiVersion: rbac.authorization.k8s.io/v1
  kind: RoleBinding
  metadata: {name: run, namespace: shop}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: run}
  subjects:
  - {kind: ServiceAccount, name: runner}
  - {kind: ServiceAccount, name: builder, namespace: ci}
  - {kind: User, name: "system:serviceaccount:ops:deployer"}
names:
  ServiceAccount:
  - shop/runner
  - ci/builder
  - shop/builder
  - shop/system
  - shop/serviceaccount
  - shop/ops
  - shop/deployer
  - shop/system:serviceaccount:ops:deployer
  - system/serviceaccount
  - serviceaccount/ops
  - ops/deployer
---
object:
  apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRoleBinding
  metadata: {name: run}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: run}
  subjects:
  - {kind: ServiceAccount, name: builder, namespace: ci}
  - {kind: User, name: "system:serviceaccount:ops:deployer"}
names:
  ServiceAccount:
  - ci/builder
  - "*/builder"
  - "*/system"
  - "*/serviceaccount"
  - "*/ops"
  - "*/deployer"
  - "*/system:serviceaccount:ops:deployer"
  - system/serviceaccount
  - serviceaccount/ops
  - ops/deployer
---
object:
  apiVersion: rbac.authorization.k8s.io/v1
  kind: Role
  metadata: {name: reads, namespace: shop}
  rules:
  - {apiGroups: [""], resources: [secrets], verbs: [get], resourceNames: [dashboard-key-holder]}
  - {apiGroups: [""], resources: [configmaps], verbs: [get]}
names:
  Secret: [shop/dashboard-key-holder]
  ConfigMap: [shop/dashboard-key-holder]
---
object:
  apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRole
  metadata: {name: reads}
  rules: [{apiGroups: [""], resources: [configmaps], verbs: [get], resourceNames: [cluster-info]}]
names:
  ConfigMap: ["*/cluster-info"]
  PersistentVolumeClaim: ["*/cluster-info"]
---
object:
  apiVersion: flowcontrol.apiserver.k8s.io/v1
  kind: FlowSchema
  metadata: {name: slow}
  spec:
    priorityLevelConfiguration: {name: slow}
    rules:
    - subjects:
      - {kind: ServiceAccount, serviceAccount: {name: builder, namespace: ci}}
      - {kind: User, user: {name: "system:serviceaccount:ops:deployer"}}
names:
  ServiceAccount:
  - ci/builder
  - "*/system"
  - "*/serviceaccount"
  - "*/ops"
  - "*/deployer"
  - system/serviceaccount
  - serviceaccount/ops
  - ops/deployer
---
object:
  apiVersion: certificates.k8s.io/v1beta1
  kind: PodCertificateRequest
  metadata: {name: req, namespace: shop}
  spec: {podName: web-1, serviceAccountName: runner, serviceAccountUID: "1"}
names:
  ServiceAccount: [shop/runner]
---
object:
  apiVersion: networking.k8s.io/v1
  kind: Ingress
  metadata:
    name: web
    namespace: shop
    annotations: {nginx.ingress.kubernetes.io/auth-secret: auth/basic, nginx.ingress.kubernetes.io/rewrite-target: /}
  spec:
    defaultBackend: {resource: {apiGroup: k8s.example.com, kind: StorageBucket, name: errors}}
    tls: [{hosts: [a.example.com], secretName: web-tls}, {hosts: [b.example.com]}]
    rules:
    - http:
        paths:
        - {path: /, pathType: Prefix, backend: {resource: {kind: StorageBucket, name: icons}}}
        - {path: /a, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
names:
  Secret: [shop/web-tls, shop/errors, shop/icons, shop/auth, shop/basic, auth/basic]
  ConfigMap: [shop/errors, shop/icons, shop/auth, shop/basic, auth/basic]
---
object:
  apiVersion: networking.k8s.io/v1
  kind: IngressClass
  metadata: {name: outer, annotations: {acme.io/defaults: outer-defaults}}
  spec: {controller: a/b, parameters: {kind: ConfigMap, name: outer-settings, namespace: edge, scope: Namespace}}
names:
  ConfigMap: [edge/outer-settings, "*/outer-defaults"]
---
object:
  apiVersion: v1
  kind: Service
  metadata: {name: web, namespace: shop, annotations: {acme.io/backend-tls-secret: web-backend}}
  spec: {selector: {app: web}}
names:
  Secret: [shop/web-backend]
---
object:
  apiVersion: v1
  kind: Node
  metadata: {name: a}
  spec: {configSource: {configMap: {name: kubelet, namespace: nodes, kubeletConfigKey: k}}}
  status:
    config:
      active: {configMap: {name: active, namespace: nodes}}
      assigned: {configMap: {name: assigned, namespace: nodes}}
      lastKnownGood: {configMap: {name: good, namespace: nodes}}
names:
  ConfigMap: [nodes/kubelet, nodes/active, nodes/assigned, nodes/good]
---
object:
  apiVersion: admissionregistration.k8s.io/v1
  kind: ValidatingAdmissionPolicyBinding
  metadata: {name: replicas}
  spec: {policyName: replicas, paramRef: {name: limits, namespace: shop, parameterNotFoundAction: Deny}}
names:
  ConfigMap: [shop/limits]
---
object:
  apiVersion: admissionregistration.k8s.io/v1
  kind: ValidatingAdmissionPolicyBinding
  metadata: {name: replicas}
  spec: {policyName: replicas, paramRef: {selector: {matchLabels: {env: test}}, namespace: shop}}
names:
  ConfigMap: [shop/*]
---
object:
  apiVersion: admissionregistration.k8s.io/v1beta1
  kind: MutatingAdmissionPolicyBinding
  metadata: {name: replicas}
  spec: {policyName: replicas, paramRef: {name: limits, parameterNotFoundAction: Deny}}
names:
  ConfigMap: ["*/limits"]
---
object:
  apiVersion: admissionregistration.k8s.io/v1beta1
  kind: MutatingAdmissionPolicyBinding
  metadata: {name: replicas}
  spec: {policyName: replicas, paramRef: {selector: {}}}
names:
  ConfigMap: ["*/*"]
---
object:
  apiVersion: admissionregistration.k8s.io/v1
  kind: ValidatingWebhookConfiguration
  metadata: &injected {name: hooks, annotations: {cert-manager.io/inject-ca-from-secret: certs/hooks-ca}}
names: &ca
  Secret: ["*/certs", "*/hooks-ca", certs/hooks-ca]
---
object: {apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: hooks, annotations: {cert-manager.io/inject-ca-from-secret: certs/hooks-ca}}}
names: {Secret: ["*/certs", "*/hooks-ca", certs/hooks-ca]}
---
object: {apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.acme.io, annotations: {cert-manager.io/inject-ca-from-secret: certs/hooks-ca}}}
names: {Secret: ["*/certs", "*/hooks-ca", certs/hooks-ca]}
---
object: {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a.acme.io, annotations: {cert-manager.io/inject-ca-from-secret: certs/hooks-ca}}}
names: {Secret: ["*/certs", "*/hooks-ca", certs/hooks-ca]}
""")
)
"""Objects of other kinds, and what they name: NAMESPACE/NAME, with ``*`` for any and ``#`` for an ordinal."""
