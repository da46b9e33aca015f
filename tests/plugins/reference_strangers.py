"""Objects of kinds that Kubernetes does not know, as their users write them, and names that each of them uses.

``names`` are found because they are somewhere in the object; ``made`` because a row says how they come about.
"""

from __future__ import annotations

import yaml

STRANGERS = tuple(
    yaml.safe_load_all("""
object:
  apiVersion: argoproj.io/v1alpha1
  kind: Workflow
  metadata: {name: nightly, namespace: ci}
  spec:
    serviceAccountName: workflow
    volumes: [{name: cache, persistentVolumeClaim: {claimName: build-cache}}]
    synchronization: {semaphores: [{configMapKeyRef: {name: limits, key: nightly}}]}
    artifactRepositoryRef: {configMap: my-repositories, key: s3}
    templates:
    - name: build
      container: {image: build, envFrom: [{secretRef: {name: build-env}}]}
      inputs: {artifacts: [{name: src, s3: {accessKeySecret: {name: s3-cred, key: a}}}]}
names: [ci/workflow, ci/build-cache, ci/limits, ci/my-repositories, ci/build-env, ci/s3-cred]
---
object:
  apiVersion: argoproj.io/v1alpha1
  kind: CronWorkflow
  metadata: {name: nightly, namespace: ci}
  spec: {workflowSpec: {templates: [{name: a, script: {volumeMounts: []}, volumes: [{name: s, secret: {secretName: deep}}]}]}}
names: [ci/deep]
---
object:
  apiVersion: argoproj.io/v1alpha1
  kind: Rollout
  metadata: {name: web, namespace: shop}
  spec: {template: {spec: {containers: [{name: a, args: ["--config=configmaps/edge-config"]}], imagePullSecrets: [{name: pull}]}}}
names: [shop/pull, shop/edge-config, configmaps/edge-config]
---
object:
  apiVersion: argoproj.io/v1alpha1
  kind: Application
  metadata: {name: web, namespace: argocd}
  spec:
    destination: {namespace: shop, server: https://kubernetes.default.svc}
    source: {helm: {values: "auth:\\n  existingSecret: web-auth\\n", parameters: [{name: tls.secret, value: web-tls}]}}
names: [argocd/web-auth, argocd/web-tls]
---
object:
  apiVersion: tekton.dev/v1
  kind: TaskRun
  metadata: {name: build, namespace: ci}
  spec: {serviceAccountName: builder, workspaces: [{name: w, persistentVolumeClaim: {claimName: ws}}, {name: s, secret: {secretName: git}}]}
names: [ci/builder, ci/ws, ci/git]
---
object:
  apiVersion: serving.knative.dev/v1
  kind: Service
  metadata: {name: hello, namespace: shop}
  spec: {template: {spec: {serviceAccountName: hello-runner, containers: [{env: [{name: A, valueFrom: {secretKeyRef: {name: hello-key}}}]}]}}}
names: [shop/hello-runner, shop/hello-key]
---
object:
  apiVersion: kubeflow.org/v1
  kind: PyTorchJob
  metadata: {name: train, namespace: ml}
  spec: {pytorchReplicaSpecs: {Worker: {template: {spec: {volumes: [{name: d, persistentVolumeClaim: {claimName: dataset}}]}}}}}
names: [ml/dataset]
---
object:
  apiVersion: ray.io/v1
  kind: RayJob
  metadata: {name: train, namespace: ml}
  spec: {rayClusterSpec: {workerGroupSpecs: [{template: {spec: {containers: [{envFrom: [{configMapRef: {name: ray-env}}]}]}}}]}}
names: [ml/ray-env]
---
object:
  apiVersion: sparkoperator.k8s.io/v1beta2
  kind: SparkApplication
  metadata: {name: count, namespace: data}
  spec:
    sparkConf: {spark.kubernetes.driver.secrets.spark-secret: /etc/secrets, spark.kubernetes.driver.secretKeyRef.TOKEN: "tokens:key"}
    driver: {serviceAccount: spark, configMaps: [{name: dims, path: /etc}], secrets: [{name: gcp-key, path: /mnt, secretType: GCPServiceAccount}]}
names: [data/spark-secret, data/tokens, data/spark, data/dims, data/gcp-key]
---
object:
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: {name: edge, namespace: edge}
  spec:
    gatewayClassName: a
    listeners:
    - {name: own, protocol: HTTPS, port: 443, tls: {certificateRefs: [{kind: Secret, name: edge-tls}]}}
    - {name: far, protocol: HTTPS, port: 444, tls: {certificateRefs: [{kind: Secret, name: shop-tls, namespace: shop}]}}
names: [edge/edge-tls, shop/shop-tls]
---
object:
  apiVersion: cert-manager.io/v1
  kind: Certificate
  metadata: {name: web, namespace: shop}
  spec: {secretName: web-tls, issuerRef: {name: ca, kind: Issuer}, keystores: {pkcs12: {create: true, passwordSecretRef: {name: keystore, key: p}}}}
  status: {nextPrivateKeySecretName: web-x7k2}
names: [shop/web-tls, shop/keystore, shop/web-x7k2]
---
object:
  apiVersion: cert-manager.io/v1
  kind: ClusterIssuer
  metadata: {name: letsencrypt}
  spec:
    acme:
      privateKeySecretRef: {name: acme-account}
      solvers: [{dns01: {cloudflare: {apiTokenSecretRef: {name: cloudflare, key: t}}}}]
names: ["*/acme-account", "*/cloudflare"]
---
object:
  apiVersion: external-secrets.io/v1
  kind: ExternalSecret
  metadata: {name: db, namespace: shop}
  spec: {secretStoreRef: {name: vault, kind: ClusterSecretStore}, target: {template: {templateFrom: [{configMap: {name: tpl}}]}}}
names: [shop/db, shop/tpl]
---
object:
  apiVersion: external-secrets.io/v1
  kind: ClusterSecretStore
  metadata: {name: vault}
  spec: {provider: {vault: {auth: {kubernetes: {serviceAccountRef: {name: eso, namespace: eso}, secretRef: {name: vault-token, namespace: eso, key: t}}}}}}
names: [eso/eso, eso/vault-token, "*/vault-token"]
---
object:
  apiVersion: helm.toolkit.fluxcd.io/v2
  kind: HelmRelease
  metadata: {name: web, namespace: shop}
  spec:
    serviceAccountName: deployer-of-web
    kubeConfig: {secretRef: {name: remote}}
    valuesFrom: [{kind: ConfigMap, name: web-values}, {kind: Secret, name: web-secret-values}]
    chart: {spec: {chart: web, sourceRef: {kind: HelmRepository, name: charts, namespace: flux-system}}}
names: [shop/deployer-of-web, shop/remote, shop/web-values, shop/web-secret-values, flux-system/charts]
---
object:
  apiVersion: kustomize.toolkit.fluxcd.io/v1
  kind: Kustomization
  metadata: {name: apps, namespace: flux-system}
  spec: {decryption: {provider: sops, secretRef: {name: sops-age}}, postBuild: {substituteFrom: [{kind: ConfigMap, name: cluster-vars}]}}
names: [flux-system/sops-age, flux-system/cluster-vars]
---
object:
  apiVersion: monitoring.coreos.com/v1
  kind: ServiceMonitor
  metadata: {name: web, namespace: shop}
  spec: {endpoints: [{basicAuth: {password: {name: scrape, key: p}}, tlsConfig: {ca: {configMap: {name: scrape-ca, key: ca}}}}], namespaceSelector: {any: true}}
names: [shop/scrape, shop/scrape-ca]
---
object:
  apiVersion: snapshot.storage.k8s.io/v1
  kind: VolumeSnapshot
  metadata: {name: s, namespace: shop}
  spec: {volumeSnapshotClassName: a, source: {persistentVolumeClaimName: data}}
names: [shop/data]
---
object:
  apiVersion: kubevirt.io/v1
  kind: VirtualMachine
  metadata: {name: vm, namespace: vms}
  spec: {dataVolumeTemplates: [{metadata: {name: vm-root}}], template: {spec: {volumes: [{name: c, cloudInitNoCloud: {secretRef: {name: cloud-init}}}]}}}
names: [vms/vm-root, vms/cloud-init]
---
object:
  apiVersion: postgresql.cnpg.io/v1
  kind: Cluster
  metadata: {name: db, namespace: shop}
  spec: {bootstrap: {initdb: {secret: {name: app-user}}}, backup: {barmanObjectStore: {s3Credentials: {accessKeyId: {name: aws-creds, key: a}}}}}
names: [shop/app-user, shop/aws-creds, shop/db]
---
object:
  apiVersion: projectcontour.io/v1
  kind: HTTPProxy
  metadata: {name: web, namespace: shop}
  spec: {virtualhost: {fqdn: a.example.com, tls: {secretName: certs/wildcard}}}
names: [certs/wildcard]
---
object:
  apiVersion: getambassador.io/v3alpha1
  kind: TLSContext
  metadata: {name: web, namespace: shop}
  spec: {hosts: [a.example.com], secret: wildcard.certs}
names: [certs/wildcard]
---
object:
  apiVersion: apps.kruise.io/v1beta1
  kind: StatefulSet
  metadata: {name: db, namespace: shop}
  spec: {volumeClaimTemplates: [{metadata: {name: data}, spec: {}}]}
names: ["shop/data-db-#"]
---
object:
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: {name: web, namespace: shop}
  spec:
    selector: {istio: ingressgateway}
    servers: [{port: {number: 443}, tls: {mode: MUTUAL, credentialName: web-tls}}, {port: {number: 444}, tls: {credentialNames: [one-tls]}}]
names: [shop/web-tls, shop/one-tls]
made: ["*/web-tls", "*/one-tls", "*/web-tls-cacert"]
---
object:
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: {name: web, namespace: shop}
  spec:
    host: out.example.com
    trafficPolicy: {tls: {mode: MUTUAL, credentialName: client}, portLevelSettings: [{port: {number: 1}, tls: {credentialName: of-port}}]}
    subsets:
    - name: a
      trafficPolicy: {tls: {credentialName: of-subset}, portLevelSettings: [{port: {number: 1}, tls: {credentialName: deepest}}]}
names: [shop/client]
made:
- "*/client"
- "*/client-cacert"
- "*/of-port"
- "*/of-port-cacert"
- "*/of-subset"
- "*/of-subset-cacert"
- "*/deepest-cacert"
---
object:
  apiVersion: monitoring.coreos.com/v1
  kind: Alertmanager
  metadata: {name: main, namespace: monitoring}
  spec: {replicas: 3}
names: [monitoring/main]
made: [monitoring/alertmanager-main]
---
object:
  apiVersion: snapshot.storage.k8s.io/v1
  kind: VolumeSnapshotClass
  metadata: {name: fast}
  driver: rbd.csi.ceph.com
  parameters: {csi.storage.k8s.io/snapshotter-secret-name: "${volumesnapshot.name}-key", csi.storage.k8s.io/snapshotter-secret-namespace: ceph}
names: ["*/ceph"]
made: ["*/*"]
---
object:
  apiVersion: groupsnapshot.storage.k8s.io/v1beta1
  kind: VolumeGroupSnapshotClass
  metadata: {name: fast}
  driver: rbd.csi.ceph.com
  parameters: {csi.storage.k8s.io/group-snapshotter-secret-name: "${volumegroupsnapshot.name}"}
names: ["*/volumegroupsnapshot.name"]
made: ["*/*"]
""")
)
